# What a pipeline needs and has no key for: repositories for images, and roles that GitHub's own tokens open.

data "aws_caller_identity" "current" {}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = var.oidc_provider_arn == null ? aws_iam_openid_connect_provider.github[0].arn : var.oidc_provider_arn
  boundary_arn = aws_iam_policy.boundary.arn
}

resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  name = each.key
  # What was tested under a tag is what is deployed under it.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name

  # Releases stay: a rollback needs them, and signatures are of their digests.
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What a push left without a tag"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Builds between releases"
        selection    = { tagStatus = "tagged", tagPatternList = ["dev-*"], countType = "sinceImagePushed", countUnit = "days", countNumber = 60 }
        action       = { type = "expire" }
      },
    ]
  })
}

# An account has one at most. AWS trusts its certificate by a library of its own, so it has no thumbprints.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

# The most that any role may do which a pipeline makes. Without it, a pipeline that may write roles may do anything.
resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "Bounds the roles that pipelines make for ${var.name}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "WhatTheGatewayDoes"
      Effect = "Allow"
      Action = [
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
      ]
      Resource = ["*"]
    }]
  })
}
