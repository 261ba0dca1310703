--- The version, for what is to know it without the core; src/core/version.h has the same, and a
--- spec holds them together.
return "0.1.0"
