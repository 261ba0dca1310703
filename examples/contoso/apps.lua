-- The applications of Contoso, by the names that people use. An include gives this table.
return {
  hr = "00000000-0000-0000-0000-0000000000a1",
  sales = "00000000-0000-0000-0000-0000000000a2",
}
