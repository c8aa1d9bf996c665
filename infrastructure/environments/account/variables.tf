variable "account_id" {
  description = "Number of the AWS account; credentials of another are refused."
  type        = string

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "account_id must be the twelve digits of an account, not \"${var.account_id}\"."
  }
}

variable "region" {
  description = "Region of the environments."
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the provider of GitHub's tokens, where the account has one already."
  type        = string
  default     = null
}

variable "subject_prefix" {
  description = "What the `sub` of the repository's tokens begins with; see modules/release."
  type        = string
}

variable "repository_id" {
  description = "The repository's number: `gh api repos/OWNER/NAME --jq .id`."
  type        = string
}

variable "environments" {
  description = "Environments of GitHub that may deploy in this account, each with the name of its EKS cluster."
  type        = map(string)
  default     = { dev = "dev", prod = "prod" }
}

variable "state_bucket" {
  description = "Bucket of the states."
  type        = string
}
