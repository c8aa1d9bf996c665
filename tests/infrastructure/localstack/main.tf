# What LocalStack knows of an installation: queues, a secret, roles and policies. By IRSA, as Pod Identity is of EKS.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "endpoint" {
  description = "Where LocalStack is."
  type        = string
}

variable "credential" {
  description = "What the target is shown."
  type        = string
  sensitive   = true
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "local"
  secret_key                  = "local"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    iam            = var.endpoint
    secretsmanager = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }
}

module "queue" {
  source = "../../../infrastructure/modules/queue"

  name = "event-gateway-local-crm"
}

resource "aws_secretsmanager_secret" "crm" {
  name = "crm"
}

resource "aws_secretsmanager_secret_version" "crm" {
  secret_id     = aws_secretsmanager_secret.crm.id
  secret_string = var.credential
}

module "identity" {
  source = "../../../infrastructure/modules/identity"

  name              = "event-gateway-local"
  mechanism         = "irsa"
  oidc_provider_arn = "arn:aws:iam::000000000000:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/LOCAL"
  queues = {
    crm = {
      queue_arn             = module.queue.queue_arn
      dead_letter_queue_arn = module.queue.dead_letter_queue_arn
    }
  }
  dispatcher_secret_arns  = [aws_secretsmanager_secret.crm.arn]
  operator_principal_arns = ["arn:aws:iam::000000000000:role/Operators"]
}

output "queue" {
  description = "URLs of the queues."
  value = {
    url           = module.queue.queue_url
    deadLetterUrl = module.queue.dead_letter_queue_url
  }
}

output "role_arns" {
  description = "ARNs of the roles."
  value       = module.identity.role_arns
}

output "policies" {
  description = "Policies as they were asked for, by ROLE/NAME."
  value       = module.identity.policies
}

output "chart_values" {
  description = "As modules/installation puts them out."
  value = merge(module.identity.chart_values, {
    aws     = { region = "eu-west-1" }
    redis   = { existingSecret = "event-gateway-redis" }
    metrics = { rules = { objectives = { ageSeconds = 3600 } } }
    targets = { crm = { queue = { url = module.queue.queue_url, deadLetterUrl = module.queue.dead_letter_queue_url } } }
  })
}
