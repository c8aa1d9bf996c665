# The rules of tflint's own ruleset for the language. Those of AWS need a plugin that is fetched; `terraform validate` holds
# to the provider's schema instead.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
