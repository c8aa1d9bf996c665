# Who may do what: a pull request reads, a release pushes images, and each environment changes what is its own.

locals {
  roles = merge(
    {
      plan = { subject = "${var.subject_prefix}:pull_request", environment = null }
      push = { subject = "${var.subject_prefix}:environment:${var.push_environment}", environment = var.push_environment }
    },
    {
      for name in keys(var.environments) :
      "deploy-${name}" => { subject = "${var.subject_prefix}:environment:${name}", environment = name }
    },
  )

  # Each by its whole value. The subject holds names and, of repositories made since July 2026, ids; the id of the
  # repository is asked for besides, as a name can be taken over by somebody else.
  conditions = {
    for name, role in local.roles : name => merge(
      {
        "${local.issuer}:aud"           = "sts.amazonaws.com"
        "${local.issuer}:sub"           = role.subject
        "${local.issuer}:repository_id" = var.repository_id
      },
      role.environment == null ? {} : { "${local.issuer}:environment" = role.environment },
    )
  }

  documents = merge(
    {
      "plan/read"  = local.read
      "plan/state" = local.read_states
      "push/push"  = local.push
    },
    merge([
      for name in keys(var.environments) : {
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
