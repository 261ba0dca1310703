# bylaw: the only description of the build. `make help` lists the targets.
#
# Set on the command line or in the environment, where the defaults do not fit:
#   CC, CFLAGS, CPPFLAGS, LDFLAGS, PKG_CONFIG, LUA, LUA_VERSION
#   PREFIX, BINDIR, LUADIR, LIBDIR, MANDIR, DESTDIR   where `install` puts things
#   EMULATOR=yes|no   build the emulator; by default where its libraries are
#   JOURNAL=yes|no    build what `bylaw apply` remembers with; likewise
#   WERROR=1          warnings are errors
#   V=1               show the commands

LUA_VERSION ?= 5.4
LUA ?= lua$(LUA_VERSION)
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O3 -g
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LUADIR ?= $(PREFIX)/share/lua/$(LUA_VERSION)
LIBDIR ?= $(PREFIX)/lib/lua/$(LUA_VERSION)
MANDIR ?= $(PREFIX)/share/man/man1

# Of the machine, for what is done side by side.
CORES ?= $(shell nproc 2>/dev/null || echo 2)

# Everything made goes here; the sanitized and the covered build have their own.
BUILD ?= build

# What the libraries ask of compiler and linker. Recursive on purpose: asked
# when used, because the set-up may install pkg-config first.
LUA_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags lua$(LUA_VERSION))
LUA_LIBS ?= $(shell $(PKG_CONFIG) --libs lua$(LUA_VERSION))
CURL_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcurl)
CURL_LIBS ?= $(shell $(PKG_CONFIG) --libs libcurl)
CRYPTO_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcrypto)
CRYPTO_LIBS ?= $(shell $(PKG_CONFIG) --libs libcrypto)
SERVICE_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libmicrohttpd sqlite3)
SERVICE_LIBS ?= $(shell $(PKG_CONFIG) --libs libmicrohttpd sqlite3)
SQLITE_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags sqlite3)
SQLITE_LIBS ?= $(shell $(PKG_CONFIG) --libs sqlite3)
JOURNAL ?= $(shell $(PKG_CONFIG) --exists sqlite3 2>/dev/null \
  && echo yes || echo no)
EMULATOR ?= $(shell $(PKG_CONFIG) --exists libmicrohttpd sqlite3 2>/dev/null \
  && echo yes || echo no)

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
ifeq ($(WERROR),1)
  WARNINGS += -Werror
endif
COMPILE = $(CC) -std=c11 -D_DEFAULT_SOURCE $(WARNINGS) $(CPPFLAGS) $(CFLAGS) \
  -fno-plt -MMD -MP
LINK_MODULE = $(CC) $(CFLAGS) -shared -Wl,-z,now \
  -Wl,--version-script=tools/module.map $(LDFLAGS)

ifneq ($(V),1)
  Q = @
endif
SUBMAKE = +$(Q)$(MAKE) --no-print-directory

# --- the modules ------------------------------------------------------------

core_src := $(wildcard src/core/*.c src/core/kinds/*.c)
crypto_src := $(addprefix src/core/,jose.c certificate.c)
curl_src := $(wildcard src/core/http*.c)
client_src := $(core_src) \
  $(filter-out src/binding/emulator%.c src/binding/sqlite.c, \
  $(wildcard src/binding/*.c))
emulator_src := $(filter-out $(curl_src),$(core_src)) \
  $(wildcard src/emulator/*.c) \
  $(wildcard $(addprefix src/binding/,emulator*.c scope.c errors.c value.c))

client_obj := $(client_src:%.c=$(BUILD)/obj/%.o)
emulator_obj := $(emulator_src:%.c=$(BUILD)/obj/%.o)

CORE_SO := $(BUILD)/lib/bylaw/core.so
SQLITE_SO := $(BUILD)/lib/bylaw/sqlite.so
EMULATOR_SO := $(BUILD)/lib/bylaw/emulator.so

all: client $(if $(filter yes,$(JOURNAL)),journal,no-journal) \
  $(if $(filter yes,$(EMULATOR)),emulator,no-emulator)
client: $(CORE_SO)
journal: $(SQLITE_SO)
no-journal:
	@echo "bylaw.sqlite is left out, and bylaw apply with it: it needs sqlite3"
emulator: $(EMULATOR_SO)
no-emulator:
	@echo "bylaw.emulator is left out: it needs libmicrohttpd and sqlite3"

# Each file sees the libraries of its ring alone.
USES = $(if $(filter src/binding/%,$<),$(LUA_CFLAGS)) \
  $(if $(filter $(curl_src),$<),$(CURL_CFLAGS)) \
  $(if $(filter src/binding/sqlite.c,$<),$(SQLITE_CFLAGS)) \
  $(if $(filter $(crypto_src),$<),$(CRYPTO_CFLAGS)) \
  $(if $(filter src/emulator/%,$<),$(SERVICE_CFLAGS))

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(COMPILE) -fPIC -Isrc $(USES) -c $< -o $@

$(CORE_SO): $(client_obj) tools/module.map
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(LINK_MODULE) $(client_obj) $(CURL_LIBS) $(CRYPTO_LIBS) -o $@

$(SQLITE_SO): $(BUILD)/obj/src/binding/sqlite.o tools/module.map
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(LINK_MODULE) $< $(SQLITE_LIBS) -o $@

$(EMULATOR_SO): $(emulator_obj) tools/module.map
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(LINK_MODULE) $(emulator_obj) $(SERVICE_LIBS) $(CRYPTO_LIBS) \
	  -pthread -o $@

-include $(sort $(client_obj:.o=.d) $(emulator_obj:.o=.d) \
  $(BUILD)/obj/src/binding/sqlite.d)

# --- running from this folder -----------------------------------------------

# Absolute, so that a spec may change its folder. bin/bylaw, started by a spec,
# takes its modules from BYLAW_BUILD.
export BYLAW_BUILD := $(abspath $(BUILD))
IN_TREE = LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;" \
  LUA_CPATH="$(BYLAW_BUILD)/lib/?.so;;"

demo:
	@tools/setup demo
	$(SUBMAKE) EMULATOR=yes demo-run

demo-run: all
	@$(IN_TREE) $(LUA) examples/demo.lua

# make emulator-run ARGS="--port 8080 --store build/local.db"
emulator-run: all
	@$(LUA) bin/bylaw emulator $(ARGS)

# --- tests ------------------------------------------------------------------

# spec/c/fuzz_NAME.c holds LLVMFuzzerTestOneInput for src/core and for what
# fuzz_NAME below names of src/emulator; seeds, if any,
# are the files of spec/c/seeds/NAME.
FUZZ_CC ?= clang-14
FUZZ_SECONDS ?= 30
fuzzers := $(patsubst spec/c/fuzz_%.c,build/fuzz/%,$(wildcard spec/c/fuzz_*.c))

# The whole of it, with its set-up; the last line adds up all parts. Those behind
# -- run beside the others: no clock judges them, and their trees are built.
# Two cores are enough, one for either.
test:
	@tools/setup test
	$(SUBMAKE) -j$(CORES) EMULATOR=yes all trouble asan-build tsan-build
	+$(Q)MAKE="$(MAKE)" CORES=1 FUZZ_SECONDS=20 FUZZ_SEED=1 tools/test \
	  spec asan tsan -- lint $(if $(fuzzers),fuzz) torture house

# make spec FILES=spec/core/buf_spec.lua
HOUSE := spec/install_spec.lua spec/rings_spec.lua spec/docs_spec.lua \
  spec/newcomer_spec.lua
FILES ?= $(filter-out $(HOUSE) spec/c/%, \
  $(sort $(shell find spec -name '*_spec.lua')))
# What a person or a CI machine has set, and bylaw goes by, is nothing to a spec.
SETTINGS := $(filter CI TF_BUILD NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS \
  BYLAW_AUTH BYLAW_CA_FILE BYLAW_ENDPOINT BYLAW_TOKEN BYLAW_VAR_% ACTIONS_% ARM_% \
  AZURE_% GITHUB_% IDENTITY_% IMDS_% MSI_% SYSTEM_%,$(.VARIABLES))
BUSTED = env $(SETTINGS:%=-u %) $(IN_TREE) $(LUA) "$$(command -v busted)" --ignore-lua -o spec/support/report.lua

spec: all trouble
	@$(BUSTED) $(FILES)

# What concerns the house: it installs by make and by luarocks, the rules
# between its rings can be broken, and its pages tell the truth.
house:
	@$(BUSTED) $(HOUSE)

# A server that answers wrongly, for the specs.
TROUBLE := $(BUILD)/trouble
trouble: $(TROUBLE)
	@:
$(TROUBLE): spec/c/trouble.c
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(COMPILE) $(LDFLAGS) $< -pthread -o $@
-include $(TROUBLE).d

# Lua states in threads of one process, for a spec.
THREADS := $(BUILD)/lib/threads.so
trouble: $(THREADS)
$(THREADS): spec/c/threads.c
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(COMPILE) -fPIC $(LUA_CFLAGS) -shared $(LDFLAGS) $< -pthread -o $@
-include $(THREADS:.so=.d)

# jose.h and certificate.h on a command line, for the specs.
JOSE := $(BUILD)/jose
trouble: $(JOSE)
$(JOSE): spec/c/jose.c $(patsubst %,$(BUILD)/obj/src/core/%.o,\
  jose certificate base64 arena buf status)
	@echo "  link  $@"
	$(Q)$(COMPILE) -Isrc $(LDFLAGS) $^ $(CRYPTO_LIBS) -o $@
-include $(JOSE).d

lint: all
	+@MAKE="$(MAKE)" CORES=$(CORES) tools/lint

# One file a check, so that only what changed is looked at again. A third of the
# analyzer's usual budget a function finds what the whole does here, three times
# as fast.
headers := $(wildcard src/*/*.h src/*/*/*.h)
tidy: $(patsubst %.c,build/tidy/%.ok,\
  $(filter-out spec/c/planted.c,$(wildcard src/*/*.c src/*/*/*.c spec/c/*.c examples/embed/*.c)))
build/tidy/%.ok: %.c $(headers) .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy-14 --quiet $< -- -Xclang -analyzer-config \
	  -Xclang max-nodes=75000 -std=c11 -D_DEFAULT_SOURCE -Isrc \
	  $(LUA_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS) $(SERVICE_CFLAGS) >$@.log 2>&1 || \
	  { grep -v ' generated\.$$' $@.log; exit 1; }
	@mv $@.log $@

# What is made from the tables of kinds and stands in the repository; a spec
# tells when it is old. So do the manual pages and the shells' completions, made
# of the words of the help.
generated: client
	@$(IN_TREE) $(LUA) tools/annotate >$(BUILD)/kinds.lua
	@$(IN_TREE) $(LUA) tools/reference >$(BUILD)/kinds.md
	@mv $(BUILD)/kinds.lua lua/bylaw/meta/kinds.lua
	@mv $(BUILD)/kinds.md docs/kinds.md
	@$(IN_TREE) $(LUA) tools/man .

format:
	clang-format-14 -i $$(find src spec/c examples -name '*.[ch]')

# The specs again, in an interpreter of our own that is built, as the modules
# are, with AddressSanitizer, UndefinedBehaviorSanitizer and the leak check. It
# stands first in PATH, so that what the specs start runs in it too. Sanitizers
# and a randomized address space do not always agree.
ASAN := build/asan
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
  -fno-omit-frame-pointer
SANITIZED = BUILD=$(ASAN) EMULATOR=yes CFLAGS="-O1 -g $(SANITIZE)" \
  LDFLAGS=-Wl,-z,nodelete
IN_HOST = PATH="$(CURDIR)/$(1)/bin:$$PATH" \
  ASAN_OPTIONS=exitcode=99:allocator_may_return_null=1 \
  UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=exitcode=66 \
  $$(setarch -R true 2>/dev/null && echo setarch -R)

asan-build:
	$(SUBMAKE) $(SANITIZED) all trouble host

asan: asan-build
	+@$(call IN_HOST,$(ASAN)) $(MAKE) --no-print-directory $(SANITIZED) spec \
	  FILES="$(FILES) spec/c/host_spec.lua"

# The emulator's specs once more, and clients in several threads, with
# ThreadSanitizer, which some kernels do not let run.
TSAN := build/tsan
THREADED = BUILD=$(TSAN) EMULATOR=yes CFLAGS="-O1 -g -fsanitize=thread"
tsan-build:
	$(SUBMAKE) $(THREADED) all trouble host

tsan: tsan-build
	+@if ! $(call IN_HOST,$(TSAN)) lua5.4 -e ''; then \
	  echo "skipped: ThreadSanitizer does not run here"; \
	  echo "result: 0 passed, 0 failed, 1 skipped"; else \
	  $(call IN_HOST,$(TSAN)) $(MAKE) --no-print-directory $(THREADED) spec \
	  FILES="$(wildcard spec/emulator/*_spec.lua) spec/bylaw/threads_spec.lua \
	  spec/c/race_spec.lua"; fi

# Fails the Nth allocation for every N; FULL=1 leaves none out.
torture: asan-build
	+@$(call IN_HOST,$(ASAN)) $(MAKE) --no-print-directory $(SANITIZED) \
	  torture-run

torture-run:
	@$(IN_TREE) FULL=$(FULL) $(LUA) spec/torture.lua

HOST := $(BUILD)/bin/lua5.4
PLANTED := $(BUILD)/lib/planted.so
host: $(HOST) $(PLANTED)
	@:
$(HOST): spec/c/host.c
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(COMPILE) $(LUA_CFLAGS) $(CURL_CFLAGS) $(LDFLAGS) -Wl,-E $< \
	  $(LUA_LIBS) $(CURL_LIBS) -o $@
$(PLANTED): spec/c/planted.c
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(COMPILE) -fPIC $(LUA_CFLAGS) -shared $(LDFLAGS) $< -pthread -o $@
-include $(HOST).d $(PLANTED:.so=.d)

fuzz:
	+@MAKE="$(MAKE)" CORES=$(CORES) tools/fuzz $(FUZZ_CC) $(FUZZ_SECONDS) $(fuzzers)

# What a target needs of src/emulator and of libraries, by its name.
fuzz_query := $(patsubst %,src/emulator/%.c,entity filter_operand \
  filter_read filter_test filter_words page query refusal segments)
fuzz_request := $(crypto_src) $(filter-out $(patsubst %,src/emulator/%.c,\
  answer answer_shelf emulator listen server tls),$(wildcard src/emulator/*.c))
libs_request = $(SQLITE_LIBS) $(CRYPTO_LIBS) -pthread

FUZZED = -fsanitize=address,undefined -fno-sanitize-recover=undefined
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc    $<"
	$(Q)$(FUZZ_CC) -std=c11 -D_DEFAULT_SOURCE -O1 -g -Isrc -MMD -MP \
	  -fsanitize=fuzzer-no-link $(FUZZED) -c $< -o $@

fuzzed_obj = $(patsubst %.c,build/fuzz/obj/%.o,$(1))
.SECONDEXPANSION:
build/fuzz/%: build/fuzz/obj/spec/c/fuzz_%.o \
  $$(call fuzzed_obj,$$(fuzz_$$*)) $(call fuzzed_obj,\
  $(filter-out $(curl_src) $(crypto_src),$(core_src)))
	@echo "  link  $@"
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer $(FUZZED) $^ $(libs_$*) -o $@
every_fuzzed := $(call fuzzed_obj,$(core_src) \
  $(wildcard src/emulator/*.c spec/c/fuzz_*.c))
.SECONDARY: $(every_fuzzed)
-include $(every_fuzzed:.o=.d)

# Line coverage of src/ by gcov and of lua/ by a debug hook.
COVERAGE := build/coverage
COVERED = BUILD=$(COVERAGE) EMULATOR=yes CFLAGS="-O0 -g --coverage"
coverage:
	@tools/setup coverage
	$(SUBMAKE) $(COVERED) all trouble
	@rm -rf $(COVERAGE)/hits && mkdir -p $(COVERAGE)/hits
	@find $(COVERAGE) -name '*.gcda' -delete
	+@BYLAW_HITS=$(CURDIR)/$(COVERAGE)/hits \
	  LUA_INIT_5_4=@$(CURDIR)/spec/support/coverage.lua \
	  $(MAKE) --no-print-directory $(COVERED) spec; status=$$?; \
	  gcovr --root . --filter src/ $(COVERAGE)/obj; \
	  $(LUA) spec/support/coverage.lua $(COVERAGE)/hits; \
	  exit $$status

# Figures: bench/*.lua, with the peers in C that they start from build/bench.
peers := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
bench:
	@tools/setup bench
	$(SUBMAKE) EMULATOR=yes all $(peers)
	@for f in bench/*.lua; do $(IN_TREE) $(LUA) $$f || exit; done
	@$(IN_TREE) LUA="$(LUA)" bench/emulator.sh

$(BUILD)/bench/%: bench/%.c bench/support/create.h
	@mkdir -p $(@D)
	@echo "  link  $@"
	$(Q)$(COMPILE) $(CURL_CFLAGS) $(SERVICE_CFLAGS) $(LDFLAGS) $< \
	  $(if $(filter bench/minimal.c,$<),$(SERVICE_LIBS),$(CURL_LIBS)) -o $@

# --- installing -------------------------------------------------------------

lua_files := $(shell cd lua 2>/dev/null && find . -name '*.lua' | sort)
to = $(DESTDIR)$(1)

# The launcher gets the interpreter and the places of the modules. ROCK=1: it
# stands in the folder of a rock, six below the tree in which they are.
tree := here .. "../../../../../../
version := /lua/" .. _VERSION:match "%d.*"
lua_place = $(if $(ROCK),$(tree)share$(version),"$(LUADIR)")
lib_place = $(if $(ROCK),$(tree)lib$(version),"$(LIBDIR)")
LAUNCHER = sed -e '1s|.*|\#!$(shell command -v $(LUA))|' -e '/^-- /d' \
  $(if $(ROCK),,-e '/^local here/d') \
  -e 's|^\(local lua =\).*|\1 $(lua_place)|' \
  -e 's|^\(local lib =\).*|\1 $(lib_place)|' bin/bylaw

# Where the shells look, below $(PREFIX)/share.
completions = bash-completion/completions/bylaw \
  zsh/site-functions/_bylaw fish/vendor_completions.d/bylaw.fish

install: all
	@install -d "$(call to,$(BINDIR))" "$(call to,$(LIBDIR))/bylaw"
	@for f in $(lua_files); do \
	  install -d "$(call to,$(LUADIR))/$${f%/*}" && \
	  install -m 644 "lua/$$f" "$(call to,$(LUADIR))/$$f" || exit; done
	@install -m 755 $(CORE_SO) $(if $(filter yes,$(JOURNAL)),$(SQLITE_SO)) \
	  $(if $(filter yes,$(EMULATOR)),$(EMULATOR_SO)) \
	  "$(call to,$(LIBDIR))/bylaw/"
	@$(LAUNCHER) >"$(call to,$(BINDIR))/bylaw"
	@chmod 755 "$(call to,$(BINDIR))/bylaw"
ifeq ($(ROCK),)
	@install -d "$(call to,$(MANDIR))" $(foreach f,$(completions),\
	  "$(call to,$(PREFIX)/share/$(dir $(f)))")
	@install -m 644 man/*.1 "$(call to,$(MANDIR))/"
	@install -m 644 completion/bylaw.bash "$(call to,$(PREFIX)/share/$(word 1,$(completions)))"
	@install -m 644 completion/_bylaw "$(call to,$(PREFIX)/share/$(word 2,$(completions)))"
	@install -m 644 completion/bylaw.fish "$(call to,$(PREFIX)/share/$(word 3,$(completions)))"
endif

uninstall:
	rm -rf "$(call to,$(LUADIR))/bylaw" "$(call to,$(LIBDIR))/bylaw"
	rm -f "$(call to,$(BINDIR))/bylaw" "$(call to,$(MANDIR))"/bylaw.1 \
	  "$(call to,$(MANDIR))"/bylaw-*.1 $(foreach f,$(completions),\
	  "$(call to,$(PREFIX)/share/$(f))")

clean:
	rm -rf build

help:
	@sed -n 's/^#? //p' Makefile

#? make            build the client, and the emulator where its libraries are
#? make demo       set up, build, and show policies created, planned and applied
#? make test       set up, build, and run every check below
#? make lint         formats, luacheck, clang-tidy, the rules between the rings
#? make format       writes the C files as clang-format wants them
#? make spec         the specs; FILES=spec/core/buf_spec.lua picks some
#? make asan         the specs under AddressSanitizer, UBSan and the leak check
#? make tsan         the emulator's specs under ThreadSanitizer
#? make torture      fail the Nth allocation for every N; FULL=1 leaves none out
#? make fuzz         random input to the core, FUZZ_SECONDS=30 a target
#? make house        install into temporary trees and use it; run the documentation
#? make generated  docs/kinds.md and the annotations, from the tables of kinds
#? make coverage   lines of src/ and lua/ that the specs reach
#? make bench      figures, peers beside us
#? make install    into PREFIX=/usr/local, below DESTDIR; make uninstall
#? make emulator-run ARGS=...   the local service in the foreground
#? make clean      remove build/

.PHONY: all client journal no-journal emulator no-emulator demo demo-run emulator-run test spec \
  house trouble lint tidy generated format asan asan-build tsan tsan-build torture torture-run host fuzz coverage bench \
  install uninstall clean help
