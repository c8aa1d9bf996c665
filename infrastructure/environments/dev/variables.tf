variable "account_id" {
  description = "Number of the AWS account; credentials of another are refused."
  type        = string

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "account_id must be the twelve digits of an account, not \"${var.account_id}\"."
  }
}

variable "region" {
  description = "Region of the cluster and the queues."
  type        = string
}

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "mechanism" {
  description = "How pods get their roles: pod_identity or irsa."
  type        = string
  default     = "pod_identity"
}

variable "targets" {
  description = "Targets by name; see modules/installation."
  type = map(object({
    dispatcher_timeout_seconds = optional(number, 10)
    retention_days             = optional(number, 14)
    secret_arns                = optional(list(string), [])
  }))
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
  description = "ARN of the policy that bounds all roles: the output boundary_arn of environments/account. Null where people apply this."
  type        = string
  default     = null
}

variable "alarm_addresses" {
  description = "Mail addresses that alarms are sent to."
  type        = set(string)
  default     = []
}
