variable "name" {
  description = "What all names begin with; environments are NAME-ENVIRONMENT."
  type        = string
  default     = "event-gateway"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "The name must be 1 to 31 small letters, digits and -, not \"${var.name}\"."
  }
}

variable "region" {
  description = "Region of the environments."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.region))
    error_message = "region must be a region such as eu-west-1, not \"${var.region}\"."
  }
}

variable "repositories" {
  description = "Names of the repositories for images in ECR."
  type        = set(string)
  default     = ["event-gateway-receiver", "event-gateway-dispatcher"]
}

variable "oidc_provider_arn" {
  description = "ARN of the provider of GitHub's tokens, where the account has one already; null has it made."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex("^arn:aws:iam::\\d{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com."
  }
}

variable "subject_prefix" {
  description = "What the `sub` of the repository's tokens begins with, as its settings show under Actions, OIDC: repo:OWNER/NAME, and with ids (such as repo:OWNER@1/NAME@2) where the repository is of July 2026 or later, was renamed or transferred."
  type        = string

  validation {
    # A wildcard here would let other repositories in; a colon at the end would make a subject that no token has.
    condition     = can(regex("^repo:[^*?:\\s]+/[^*?:/\\s]+$", var.subject_prefix))
    error_message = "subject_prefix must be repo:OWNER/NAME as the repository's OIDC settings show it, without wildcards and without what follows it, not \"${var.subject_prefix}\"."
  }
}

variable "repository_id" {
  description = "The repository's number: `gh api repos/OWNER/NAME --jq .id`."
  type        = string

  validation {
    condition     = can(regex("^\\d+$", var.repository_id))
    error_message = "repository_id must be a number, not \"${var.repository_id}\"."
  }
}

variable "environments" {
  description = "Environments of GitHub that may deploy, each with the name of its EKS cluster; each changes what bears its name: dev event-gateway-dev-… alone."
  type        = map(string)
  default     = { dev = "dev", prod = "prod" }

  validation {
    # With a - one would be the beginning of another, and own what is the other's. As deploy, plan or push it would own the
    # roles that are made here.
    condition = alltrue([
      for name in keys(var.environments) : can(regex("^[a-z][a-z0-9]{0,15}$", name)) && !contains(["deploy", "plan", "push"], name)
    ])
    error_message = "Environments have names of 1 to 16 small letters and digits, and none is deploy, plan or push."
  }

  validation {
    condition     = alltrue([for cluster in values(var.environments) : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", cluster))])
    error_message = "Each environment needs the name of its EKS cluster, without wildcards."
  }
}

variable "push_environment" {
  description = "The environment of GitHub whose jobs may push images."
  type        = string
  default     = "release"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.push_environment)) && !contains(keys(var.environments), var.push_environment)
    error_message = "push_environment must be an environment of its own, not one that deploys: who builds is not to change what runs."
  }
}

variable "state_bucket" {
  description = "Bucket of the states; an environment's is ENVIRONMENT/terraform.tfstate."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket must be the name of a bucket, not \"${var.state_bucket}\"."
  }
}
