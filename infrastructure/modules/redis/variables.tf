variable "name" {
  description = "Name of the Redis and of all that belongs to it."
  type        = string

  validation {
    # ElastiCache takes 40 for the group, and users are NAME-gateway.
    condition     = can(regex("^[a-z](-?[a-z0-9]){0,31}$", var.name))
    error_message = "The name must be at most 32 small letters and digits, with single - between them, not \"${var.name}\"."
  }
}

variable "engine" {
  description = "valkey, or redis."
  type        = string
  default     = "valkey"

  validation {
    condition     = contains(["valkey", "redis"], var.engine)
    error_message = "engine must be valkey or redis, not \"${var.engine}\"."
  }
}

variable "engine_version" {
  description = "Version of the engine as ElastiCache has it, such as 8.0 of valkey or 7.1 of redis."
  type        = string
  default     = "8.0"

  validation {
    condition     = can(regex("^[78]\\.\\d+$", var.engine_version)) && (var.engine == "valkey" || startswith(var.engine_version, "7."))
    error_message = "engine_version must be 7.x or 8.x of valkey, or 7.x of redis, not ${var.engine_version} of ${var.engine}."
  }
}

variable "node_type" {
  description = "Type of the nodes. `egw capacity` tells the memory of the ledger: take twice that, and a quarter more for ElastiCache itself."
  type        = string

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "node_type must be a type of ElastiCache, such as cache.t4g.small, not \"${var.node_type}\"."
  }
}

variable "replicas" {
  description = "Nodes besides the first, in other zones; 0 makes an outage of a lost node, in which no calls are made."
  type        = number
  default     = 1

  validation {
    condition     = contains([0, 1, 2, 3, 4, 5], var.replicas)
    error_message = "ElastiCache takes 0 to 5 replicas, not ${var.replicas}."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets for the nodes; in two zones or more where there are replicas."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= (var.replicas > 0 ? 2 : 1)
    error_message = "Replicas need subnets in two zones at least; ${length(var.subnet_ids)} subnets were given."
  }
}

variable "client_security_group_ids" {
  description = "Security groups of those who may connect, by a name: that of the cluster's nodes."
  type        = map(string)

  validation {
    condition     = length(var.client_security_group_ids) > 0
    error_message = "Somebody must be let in: give the security group of the cluster's nodes."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key for the data where it rests; null for the key that ElastiCache owns."
  type        = string
  default     = null
}

variable "log_kms_key_arn" {
  description = "ARN of the KMS key for the log of slow commands; its policy must let CloudWatch Logs use it."
  type        = string
}

variable "log_retention_days" {
  description = "How long the log of slow commands is kept, in days."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 7, 14, 30, 60, 90, 180 or 365 days here, not ${var.log_retention_days}; 0 would be for ever."
  }
}

variable "snapshot_retention_days" {
  description = "How long daily copies are kept, in days; 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.snapshot_retention_days >= 0 && var.snapshot_retention_days <= 35
    error_message = "Copies are kept for 0 to 35 days, not ${var.snapshot_retention_days}."
  }
}

variable "maintenance_window" {
  description = "When AWS may replace nodes, in UTC, as ddd:hh:mm-ddd:hh:mm: calls stop for the seconds of a failover."
  type        = string
  default     = "tue:03:00-tue:04:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):\\d\\d:\\d\\d-(mon|tue|wed|thu|fri|sat|sun):\\d\\d:\\d\\d$", var.maintenance_window))
    error_message = "maintenance_window must be ddd:hh:mm-ddd:hh:mm, such as tue:03:00-tue:04:00."
  }
}
