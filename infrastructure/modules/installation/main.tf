# One installation of the gateway: a queue for each target, roles, a Redis, and alarms. Environments differ in its
# variables alone.

data "aws_eks_cluster" "this" {
  name = var.cluster_name
}

# As eksctl and EKS itself tag them.
data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [local.vpc_id]
  }

  tags = {
    "kubernetes.io/role/internal-elb" = "1"
  }
}

data "aws_iam_openid_connect_provider" "cluster" {
  count = var.mechanism == "irsa" ? 1 : 0

  url = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}

locals {
  vpc_id = data.aws_eks_cluster.this.vpc_config[0].vpc_id
  # Where the chart looks for the URL with its password: whoever sets the password makes this Secret.
  redis_secret = "event-gateway-redis"
}

module "queue" {
  source   = "../queue"
  for_each = var.targets

  name                       = "${var.name}-${each.key}"
  dispatcher_timeout_seconds = each.value.dispatcher_timeout_seconds
  retention_days             = each.value.retention_days
  kms_key_arn                = var.queue_kms_key_arn
}

module "observability" {
  source = "../observability"

  name   = var.name
  region = var.region
  queues = {
    for target, queue in module.queue : target => {
      queue_name             = queue.queue_name
      dead_letter_queue_name = queue.dead_letter_queue_name
    }
  }
  redis_node_ids     = module.redis.node_ids
  age_seconds        = var.age_seconds
  alarm_addresses    = var.alarm_addresses
  log_retention_days = var.log_retention_days
}

module "redis" {
  source = "../redis"

  name                      = var.name
  node_type                 = var.redis.node_type
  replicas                  = var.redis.replicas
  snapshot_retention_days   = var.redis.snapshot_retention_days
  vpc_id                    = local.vpc_id
  subnet_ids                = data.aws_subnets.private.ids
  client_security_group_ids = { nodes = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id }
  log_kms_key_arn           = module.observability.kms_key_arn
  log_retention_days        = var.log_retention_days
}

module "identity" {
  source = "../identity"

  name              = var.name
  mechanism         = var.mechanism
  cluster_name      = var.cluster_name
  oidc_provider_arn = one(data.aws_iam_openid_connect_provider.cluster[*].arn)
  namespace         = var.namespace
  queues = {
    for target, queue in module.queue : target => {
      queue_arn             = queue.queue_arn
      dead_letter_queue_arn = queue.dead_letter_queue_arn
    }
  }
  key_arns                 = var.queue_kms_key_arn == null ? [] : [var.queue_kms_key_arn]
  receiver_secret_arns     = var.receiver_secret_arns
  dispatcher_secret_arns   = flatten([for target in values(var.targets) : target.secret_arns])
  operator_principal_arns  = var.operator_principal_arns
  collector                = { log_group_arn = module.observability.log_group_arns["metrics"] }
  permissions_boundary_arn = var.permissions_boundary_arn
}
