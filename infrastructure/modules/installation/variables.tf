variable "name" {
  description = "What all names begin with: event-gateway-ENVIRONMENT."
  type        = string

  validation {
    # A queue is NAME-TARGET-dead-letters, of 80 characters at most.
    condition     = can(regex("^[a-z](-?[a-z0-9]){0,31}$", var.name))
    error_message = "The name must be at most 32 small letters and digits, with single - between them, not \"${var.name}\"."
  }
}

variable "region" {
  description = "Region of the cluster and the queues."
  type        = string
}

variable "cluster_name" {
  description = "Name of the EKS cluster: VPC, subnets and security group are asked of it."
  type        = string
}

variable "mechanism" {
  description = "How pods get their roles: pod_identity or irsa."
  type        = string
  default     = "pod_identity"
}

variable "namespace" {
  description = "Namespace of the gateway."
  type        = string
  default     = "event-gateway"
}

variable "targets" {
  description = "Targets by name: the timeout of their calls in s and how long their events may wait in days, as in the chart's values, and ARNs of the secrets and parameters that hold their credentials."
  type = map(object({
    dispatcher_timeout_seconds = optional(number, 10)
    retention_days             = optional(number, 14)
    secret_arns                = optional(list(string), [])
  }))

  validation {
    condition     = length(var.targets) > 0
    error_message = "There must be a target: without one the chart installs nothing."
  }

  validation {
    # As the chart and gateway.yaml take them; 33 leave room for name and suffix in 80.
    condition     = alltrue([for name in keys(var.targets) : can(regex("^[a-z0-9]([a-z0-9-]{0,31}[a-z0-9])?$", name))])
    error_message = "Targets have names of 1 to 33 small letters, digits and -."
  }
}

variable "redis" {
  description = "Type of the nodes of Redis, how many stand by, and for how many days daily copies are kept."
  type = object({
    node_type               = string
    replicas                = number
    snapshot_retention_days = optional(number, 0)
  })
}

variable "queue_kms_key_arn" {
  description = "ARN of a KMS key for the queues; null for keys that SQS manages."
  type        = string
  default     = null
}

variable "receiver_secret_arns" {
  description = "ARNs of the secrets and parameters that the receiver reads: those of webhooks."
  type        = list(string)
  default     = []
}

variable "operator_principal_arns" {
  description = "ARNs of the IAM roles whose people may take the role for egw."
  type        = list(string)
  default     = []
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds all roles: boundary_arn of modules/release, where a pipeline applies this."
  type        = string
  default     = null
}

variable "age_seconds" {
  description = "For how long an event may wait before somebody is to look, in s."
  type        = number
  default     = 3600
}

variable "alarm_addresses" {
  description = "Mail addresses that alarms are sent to."
  type        = set(string)
  default     = []
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 30
}
