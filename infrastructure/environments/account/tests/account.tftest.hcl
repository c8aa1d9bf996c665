mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = {
      arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    }
  }

  mock_resource "aws_iam_policy" {
    defaults = {
      arn = "arn:aws:iam::123456789012:policy/event-gateway-boundary"
    }
  }
}

variables {
  account_id     = "123456789012"
  region         = "eu-west-1"
  subject_prefix = "repo:example@1234/event-gateway@5678"
  repository_id  = "5678"
  state_bucket   = "example-event-gateway-state"
}

run "usual" {
  command = apply

  assert {
    condition     = contains(keys(output.role_arns), "deploy-prod")
    error_message = "Pipelines have roles."
  }
}

run "refuses_another_account" {
  command = plan

  variables {
    account_id = "prod"
  }

  expect_failures = [var.account_id]
}
