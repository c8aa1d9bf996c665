# Who may be whom.

locals {
  has_operator = length(var.operator_principal_arns) > 0

  # Service accounts by role.
  workloads = merge(
    {
      receiver   = { namespace = var.namespace, service_account = var.service_accounts.receiver }
      dispatcher = { namespace = var.namespace, service_account = var.service_accounts.dispatcher }
      keda       = var.keda_operator
    },
    var.collector == null ? {} : {
      collector = { namespace = var.collector.namespace, service_account = var.collector.service_account }
    },
  )

  # What a token of the cluster is issued by, without the scheme, as conditions name it.
  issuer = var.oidc_provider_arn == null ? "" : replace(var.oidc_provider_arn, "/^.*:oidc-provider\\//", "")

  trusted_by_irsa = {
    for role, workload in local.workloads : role => jsonencode({ Version = "2012-10-17", Statement = [{
      Sid       = "OneServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = var.oidc_provider_arn }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      # Without aud, a token that the pod got for another audience would open as well.
      Condition = { StringEquals = {
        "${local.issuer}:aud" = "sts.amazonaws.com"
        "${local.issuer}:sub" = "system:serviceaccount:${workload.namespace}:${workload.service_account}"
      } }
    }] })
  }

  trusted_by_pod_identity = {
    for role, workload in local.workloads : role => jsonencode({ Version = "2012-10-17", Statement = [{
      Sid       = "OneServiceAccount"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      # EKS sets these tags itself. Without them, whoever may write associations could lend the role to any pod.
      Condition = { StringEquals = {
        "aws:RequestTag/eks-cluster-name"           = coalesce(var.cluster_name, "none")
        "aws:RequestTag/kubernetes-namespace"       = workload.namespace
        "aws:RequestTag/kubernetes-service-account" = workload.service_account
      } }
    }] })
  }

  trust = merge(
    var.mechanism == "irsa" ? local.trusted_by_irsa : local.trusted_by_pod_identity,
    local.has_operator ? {
      operator = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Sid       = "Operators"
          Effect    = "Allow"
          Principal = { AWS = var.operator_principal_arns }
          Action    = ["sts:AssumeRole"]
        }]
      })
    } : {},
  )

  tells = {
    receiver   = "The receiver: sends events, and counts them."
    dispatcher = "The dispatcher: takes events and settles them."
    keda       = "The operator of KEDA: counts events, and nothing else."
    operator   = "People with egw: look at dead letters, drop them, send them again."
    collector  = "The OpenTelemetry collector: writes metrics and spans."
  }
}

resource "aws_iam_role" "this" {
  for_each = local.trust

  name                 = "${var.name}-${each.key}"
  description          = local.tells[each.key]
  assume_role_policy   = each.value
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = var.mechanism == "pod_identity" ? local.workloads : {}

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.this[each.key].arn
}

# What stands at the service accounts.
locals {
  annotations = {
    for name, role in aws_iam_role.this : name => var.mechanism == "irsa" ? {
      "eks.amazonaws.com/role-arn" = role.arn
      # Else tokens are asked for in us-east-1, whose outage would then be ours.
      "eks.amazonaws.com/sts-regional-endpoints" = "true"
    } : {}
  }

  chart_service_accounts = {
    for name in ["receiver", "dispatcher"] : name => {
      name        = local.workloads[name].service_account
      annotations = local.annotations[name]
    }
  }
}
