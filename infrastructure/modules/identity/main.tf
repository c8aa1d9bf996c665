# A role for each who speaks to AWS, with the policies of policies/, which the tests hold to what is really called.

locals {
  files = {
    for name in ["receiver", "dispatcher", "keda", "cli", "encrypted-queues", "secrets"] :
    name => jsondecode(file("${path.module}/policies/${name}.json"))
  }

  # What ${…} stands for in them. All queues of a gateway are in one region, as the chart knows one.
  queue_arns = {
    "$${QueueArn}"           = [for queue in var.queues : queue.queue_arn]
    "$${DeadLetterQueueArn}" = [for queue in var.queues : queue.dead_letter_queue_arn]
    "$${KeyArn}"             = var.key_arns
  }
  region = split(":", values(var.queues)[0].queue_arn)[3]

  # The queues' policies by who has them. KEDA only counts, for which SQS asks no key.
  queue_policies = merge(
    {
      "receiver/queues"   = { role = "receiver", file = "receiver" }
      "dispatcher/queues" = { role = "dispatcher", file = "dispatcher" }
      "keda/queues"       = { role = "keda", file = "keda" }
    },
    local.has_operator ? { "operator/queues" = { role = "operator", file = "cli" } } : {},
    length(var.key_arns) == 0 ? {} : merge(
      {
        "receiver/key"   = { role = "receiver", file = "encrypted-queues" }
        "dispatcher/key" = { role = "dispatcher", file = "encrypted-queues" }
      },
      local.has_operator ? { "operator/key" = { role = "operator", file = "encrypted-queues" } } : {},
    ),
  )

  # The secrets' policy, for each who reads any. What ends up without a resource is left out: IAM takes no empty list.
  secret_policies = {
    for name, role in { "receiver/secrets" = "receiver", "dispatcher/secrets" = "dispatcher" } :
    name => {
      role = role
      arns = {
        "$${SecretArn}"    = [for arn in local.secret_arns[role] : arn if split(":", arn)[2] == "secretsmanager"]
        "$${ParameterArn}" = [for arn in local.secret_arns[role] : arn if split(":", arn)[2] == "ssm"]
      }
    }
    if length(local.secret_arns[role]) > 0
  }
  secret_arns = {
    receiver   = var.receiver_secret_arns
    dispatcher = var.dispatcher_secret_arns
  }

  # A collector writes its metrics as log lines, and spans. X-Ray has no resources that could be named.
  collector_policies = var.collector == null ? {} : {
    "collector/telemetry" = {
      role = "collector"
      statements = [
        {
          Sid      = "WriteMetrics"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${trimsuffix(var.collector.log_group_arn, ":*")}:*"]
        },
        {
          Sid      = "WriteSpans"
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments"]
          Resource = ["*"]
        },
      ]
    }
  }

  policies = merge(
    {
      for name, policy in local.queue_policies : name => {
        role = policy.role
        statements = [
          for statement in local.files[policy.file].Statement :
          merge(statement, { Resource = flatten([for place in statement.Resource : local.queue_arns[place]]) })
        ]
      }
    },
    {
      for name, policy in local.secret_policies : name => {
        role = policy.role
        statements = [
          for statement in local.files["secrets"].Statement :
          merge(statement, { Resource = flatten([for place in statement.Resource : policy.arns[place]]) })
          if anytrue([for place in statement.Resource : length(policy.arns[place]) > 0])
        ]
      }
    },
    local.collector_policies,
  )

  documents = {
    for name, policy in local.policies : name => replace(
      jsonencode({ Version = "2012-10-17", Statement = policy.statements }),
      "$${Region}", local.region,
    )
  }

  # IAM's bound on all policies that stand in one role. Queues beyond it need a second installation.
  most_policy_characters = 10240
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = split("/", each.key)[1]
  role   = aws_iam_role.this[each.value.role].id
  policy = local.documents[each.key]

  lifecycle {
    precondition {
      condition = sum([
        for name, policy in local.policies : length(local.documents[name]) if policy.role == each.value.role
      ]) <= local.most_policy_characters
      error_message = "The policies of ${each.value.role} are longer than the ${local.most_policy_characters} characters that IAM takes in one role: ${length(var.queues)} targets are too many for one installation. Make a second one."
    }
  }
}
