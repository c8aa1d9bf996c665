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
  region         = "eu-west-1"
  subject_prefix = "repo:example@1234/event-gateway@5678"
  repository_id  = "5678"
  state_bucket   = "example-event-gateway-state"
}

run "usual" {
  command = apply

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && one(repository.image_scanning_configuration).scan_on_push]) && length(aws_ecr_repository.this) == 2
    error_message = "Tags do not move, and images are scanned."
  }

  assert {
    condition     = alltrue([for policy in aws_ecr_lifecycle_policy.this : alltrue([for rule in jsondecode(policy.policy).rules : rule.selection.tagStatus == "untagged" || try(one(rule.selection.tagPatternList), "") == "dev-*"])])
    error_message = "Releases are never expired."
  }

  assert {
    condition     = toset(keys(aws_iam_role.this)) == toset(["push", "plan-dev", "plan-prod", "deploy-dev", "deploy-prod"])
    error_message = "A role for each thing that a workflow does."
  }

  assert {
    condition = one(jsondecode(aws_iam_role.this["deploy-prod"].assume_role_policy).Statement).Condition == { StringEquals = {
      "token.actions.githubusercontent.com:aud"           = "sts.amazonaws.com"
      "token.actions.githubusercontent.com:sub"           = "repo:example@1234/event-gateway@5678:environment:prod"
      "token.actions.githubusercontent.com:repository_id" = "5678"
      "token.actions.githubusercontent.com:environment"   = "prod"
    } }
    error_message = "prod is opened by its environment of this repository."
  }

  assert {
    condition = one(jsondecode(aws_iam_role.this["plan-dev"].assume_role_policy).Statement).Condition == { StringEquals = {
      "token.actions.githubusercontent.com:aud"           = "sts.amazonaws.com"
      "token.actions.githubusercontent.com:sub"           = "repo:example@1234/event-gateway@5678:environment:dev-plan"
      "token.actions.githubusercontent.com:repository_id" = "5678"
      "token.actions.githubusercontent.com:environment"   = "dev-plan"
    } }
    error_message = "Plans open the role that reads, wherever they are made."
  }

  assert {
    condition = alltrue(flatten([
      for name in ["plan-dev/read", "plan-dev/state"] : [
        for statement in jsondecode(aws_iam_role_policy.this[name].policy).Statement : [
          for action in statement.Action : can(regex(":(Describe|Get|List)", action)) && !can(regex("GetSecretValue|GetParameter|ReceiveMessage", action))
        ]
      ]
    ]))
    error_message = "A plan reads, and no content."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this["deploy-dev/write"].policy).Statement :
      try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::123456789012:policy/event-gateway-boundary"
      if anytrue([for action in statement.Action : contains(["iam:CreateRole", "iam:PutRolePolicy"], action)])
    ])
    error_message = "Roles are made within the boundary alone."
  }

  assert {
    condition = alltrue(flatten([
      for name, policy in aws_iam_role_policy.this : [
        for statement in jsondecode(policy.policy).Statement : [
          for resource in statement.Resource : !strcontains(resource, "event-gateway-prod") && !strcontains(resource, "/prod/") && !endswith(resource, "/prod")
        ]
      ] if startswith(name, "deploy-dev/") || startswith(name, "plan-dev/")
    ]))
    error_message = "dev does not touch prod."
  }

  assert {
    condition = alltrue([
      for role in keys(aws_iam_role.this) :
      sum([for name, policy in aws_iam_role_policy.this : length(policy.policy) if split("/", name)[0] == role]) <= 10240
    ])
    error_message = "IAM takes 10,240 characters a role."
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 1
    error_message = "The provider is made."
  }
}

run "with_a_provider" {
  command = apply

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    environments      = { dev = "dev" }
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && one(jsondecode(aws_iam_role.this["push"].assume_role_policy).Statement).Principal.Federated == var.oidc_provider_arn
    error_message = "An account has one at most."
  }
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name              = "Event Gateway"
    region            = "Ireland"
    oidc_provider_arn = "https://token.actions.githubusercontent.com"
    subject_prefix    = "repo:example/*"
    repository_id     = "event-gateway"
    environments      = { dev = "dev", dev-2 = "dev" }
    state_bucket      = "s3://state"
  }

  expect_failures = [
    var.name,
    var.region,
    var.oidc_provider_arn,
    var.subject_prefix,
    var.repository_id,
    var.environments,
    var.state_bucket,
  ]
}

run "refuses_a_subject_with_its_end_and_a_builder_that_deploys" {
  command = plan

  variables {
    push_environment = "dev"
    subject_prefix   = "repo:example/event-gateway:ref:refs/heads/main"
  }

  expect_failures = [var.push_environment, var.subject_prefix]
}

run "refuses_environments_that_would_own_more" {
  command = plan

  variables {
    environments = { deploy = "dev" }
  }

  expect_failures = [var.environments]
}

run "refuses_all_clusters" {
  command = plan

  variables {
    environments = { dev = "*" }
  }

  expect_failures = [var.environments]
}
