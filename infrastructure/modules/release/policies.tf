# What the roles may do. Names bound all that has names; what has none is bound by the tag `gateway`, which the
# environments give to all that they make.

locals {
  bucket_arn = "arn:aws:s3:::${var.state_bucket}"

  # What a plan asks of what there is. Of no queue, secret or log is the content among it.
  read = [{
    Sid    = "ReadWhatThereIs"
    Effect = "Allow"
    Action = [
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "eks:DescribeCluster",
      "eks:DescribePodIdentityAssociation",
      "elasticache:Describe*",
      "elasticache:ListTagsForResource",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListInstanceProfilesForRole",
      "iam:ListOpenIDConnectProviders",
      "iam:GetOpenIDConnectProvider",
      "iam:ListRolePolicies",
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListAliases",
      "kms:ListResourceTags",
      "logs:DescribeLogGroups",
      "logs:ListTagsForResource",
      "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
      "sqs:GetQueueAttributes",
      "sqs:ListQueueTags",
    ]
    Resource = ["*"]
  }]

  # A plan locks nothing (`-lock=false`), so it writes nothing. There is no secret in a state; see modules/redis.
  read_state = {
    for name in keys(var.environments) : name => [
      { Sid = "FindState", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.bucket_arn] },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${local.bucket_arn}/${name}/terraform.tfstate"]
      },
    ]
  }

  write_state = {
    for name in keys(var.environments) : name => [
      { Sid = "FindState", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.bucket_arn] },
      {
        Sid      = "WriteState"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${local.bucket_arn}/${name}/terraform.tfstate", "${local.bucket_arn}/${name}/terraform.tfstate.tflock"]
      },
      {
        Sid      = "Unlock"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = ["${local.bucket_arn}/${name}/terraform.tfstate.tflock"]
      },
    ]
  }

  push = [
    { Sid = "LogIn", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
    {
      Sid    = "PushImages"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [for repository in aws_ecr_repository.this : repository.arn]
    },
  ]

  write = {
    for name, cluster in var.environments : name => [
      {
        Sid    = "WriteWhatHasAName"
        Effect = "Allow"
        Action = [
          "cloudwatch:DeleteAlarms",
          "cloudwatch:DeleteDashboards",
          "cloudwatch:PutDashboard",
          "cloudwatch:PutMetricAlarm",
          "cloudwatch:TagResource",
          "elasticache:*",
          "logs:AssociateKmsKey",
          "logs:CreateLogGroup",
          "logs:DeleteLogGroup",
          "logs:PutRetentionPolicy",
          "logs:TagResource",
          "sns:CreateTopic",
          "sns:DeleteTopic",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
          "sns:TagResource",
          "sns:Unsubscribe",
          "sqs:CreateQueue",
          "sqs:DeleteQueue",
          "sqs:SetQueueAttributes",
          "sqs:TagQueue",
          "sqs:UntagQueue",
        ]
        Resource = [
          "arn:aws:cloudwatch:${var.region}:${local.account_id}:alarm:${var.name}-${name}-*",
          "arn:aws:cloudwatch::${local.account_id}:dashboard/${var.name}-${name}",
          "arn:aws:elasticache:${var.region}:${local.account_id}:*:${var.name}-${name}",
          "arn:aws:elasticache:${var.region}:${local.account_id}:*:${var.name}-${name}-*",
          "arn:aws:logs:${var.region}:${local.account_id}:log-group:/event-gateway/${var.name}-${name}/*",
          "arn:aws:sns:${var.region}:${local.account_id}:${var.name}-${name}-*",
          "arn:aws:sqs:${var.region}:${local.account_id}:${var.name}-${name}-*",
        ]
      },
      {
        Sid    = "WriteBoundedRoles"
        Effect = "Allow"
        # With each of them a role could come to more than it was given, so each asks for the boundary.
        Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"]
        Resource  = ["arn:aws:iam::${local.account_id}:role/${var.name}-${name}-*"]
        Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
      },
      {
        Sid      = "LendRoles"
        Effect   = "Allow"
        Action   = ["iam:DeleteRole", "iam:PassRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy"]
        Resource = ["arn:aws:iam::${local.account_id}:role/${var.name}-${name}-*"]
      },
      {
        Sid    = "Associate"
        Effect = "Allow"
        Action = ["eks:CreatePodIdentityAssociation", "eks:DeletePodIdentityAssociation", "eks:TagResource", "eks:UpdatePodIdentityAssociation"]
        Resource = [
          "arn:aws:eks:${var.region}:${local.account_id}:cluster/${cluster}",
          "arn:aws:eks:${var.region}:${local.account_id}:podidentityassociation/${cluster}/*",
        ]
      },
      {
        Sid       = "MakeWhatHasATag"
        Effect    = "Allow"
        Action    = ["ec2:CreateSecurityGroup", "kms:CreateKey", "kms:TagResource"]
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:RequestTag/gateway" = "${var.name}-${name}" } }
      },
      {
        Sid    = "WriteWhatHasATag"
        Effect = "Allow"
        Action = [
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:DeleteSecurityGroup",
          "ec2:RevokeSecurityGroupEgress",
          "ec2:RevokeSecurityGroupIngress",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:EnableKeyRotation",
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
        ]
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:ResourceTag/gateway" = "${var.name}-${name}" } }
      },
      {
        Sid    = "WhatComesWithThose"
        Effect = "Allow"
        # The VPC and a rule of a group bear no tag of ours when they are made; nor does an alias.
        Action = ["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:CreateTags", "kms:CreateAlias", "kms:DeleteAlias"]
        Resource = [
          "arn:aws:ec2:${var.region}:${local.account_id}:security-group-rule/*",
          "arn:aws:ec2:${var.region}:${local.account_id}:vpc/*",
          "arn:aws:kms:${var.region}:${local.account_id}:alias/${var.name}-${name}-*",
        ]
      },
      {
        Sid    = "TagNewGroups"
        Effect = "Allow"
        Action = ["ec2:CreateTags"]
        Resource = [
          "arn:aws:ec2:${var.region}:${local.account_id}:security-group/*",
        ]
        Condition = { StringEquals = { "ec2:CreateAction" = "CreateSecurityGroup" } }
      },
      {
        Sid    = "DeliverSlowLog"
        Effect = "Allow"
        Action = [
          "logs:CreateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:DescribeResourcePolicies",
          "logs:GetLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:UpdateLogDelivery",
        ]
        Resource = ["*"]
      },
    ]
  }
}
