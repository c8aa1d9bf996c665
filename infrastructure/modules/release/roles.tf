# Who may do what: a plan reads, a release pushes images, and each environment changes what is its own.

locals {
  # The environment of GitHub whose jobs take a role. A plan waits for nobody, so it has an environment of its own: that of
  # pull requests and that of a deployment are the same.
  roles = merge(
    { push = var.push_environment },
    { for name in keys(var.environments) : "plan-${name}" => "${name}-plan" },
    { for name in keys(var.environments) : "deploy-${name}" => name },
  )

  # Each by its whole value. The subject holds names and, of repositories made since July 2026, ids; the id of the
  # repository is asked for besides, as a name can be taken over by somebody else.
  conditions = {
    for name, environment in local.roles : name => {
      "${local.issuer}:aud"           = "sts.amazonaws.com"
      "${local.issuer}:sub"           = "${var.subject_prefix}:environment:${environment}"
      "${local.issuer}:repository_id" = var.repository_id
      "${local.issuer}:environment"   = environment
    }
  }

  documents = merge(
    { "push/push" = local.push },
    merge([
      for name in keys(var.environments) : {
        "plan-${name}/read"    = local.read
        "plan-${name}/state"   = local.read_state[name]
        "deploy-${name}/read"  = local.read
        "deploy-${name}/state" = local.write_state[name]
        "deploy-${name}/write" = local.write[name]
      }
    ]...),
  )
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name        = "${var.name}-${each.key}"
  description = "GitHub Actions: ${each.key}"
  # A plan or a deployment takes minutes; a token that leaks is of use for no longer than this.
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneRepository"
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Condition = { StringEquals = local.conditions[each.key] }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.documents

  name   = split("/", each.key)[1]
  role   = aws_iam_role.this[split("/", each.key)[0]].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
