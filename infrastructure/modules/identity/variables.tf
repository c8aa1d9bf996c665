variable "name" {
  description = "What the names of all roles begin with."
  type        = string

  validation {
    # IAM takes 64 characters; the longest suffix is -dispatcher.
    condition     = can(regex("^[A-Za-z0-9_-]{1,53}$", var.name))
    error_message = "The name must be 1 to 53 letters, digits, - or _, not \"${var.name}\": role names end at 64 characters."
  }
}

variable "mechanism" {
  description = "How pods get their roles: pod_identity (EKS Pod Identity; its agent is an add-on of the cluster) or irsa (IAM roles for service accounts)."
  type        = string

  validation {
    condition     = contains(["pod_identity", "irsa"], var.mechanism)
    error_message = "mechanism must be pod_identity or irsa, not \"${var.mechanism}\"."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster, for pod_identity."
  type        = string
  default     = null

  validation {
    condition     = var.mechanism != "pod_identity" || var.cluster_name != null
    error_message = "pod_identity needs cluster_name: associations are of one cluster."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of the cluster, for irsa."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null ? var.mechanism != "irsa" : can(regex("^arn:[a-z-]+:iam::\\d{12}:oidc-provider/.+$", var.oidc_provider_arn))
    error_message = "irsa needs oidc_provider_arn, the ARN of the cluster's provider in IAM (arn:aws:iam::ACCOUNT:oidc-provider/…): eksctl utils associate-iam-oidc-provider makes one."
  }
}

variable "namespace" {
  description = "Namespace of the gateway."
  type        = string
  default     = "event-gateway"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "\"${var.namespace}\" is no name of a namespace: no pod would get the roles."
  }
}

variable "service_accounts" {
  description = "Names of the service accounts of receiver and dispatcher; the chart is told the same names."
  type = object({
    receiver   = optional(string, "event-gateway-receiver")
    dispatcher = optional(string, "event-gateway-dispatcher")
  })
  default = {}

  validation {
    condition     = alltrue([for name in values(var.service_accounts) : can(regex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", name))])
    error_message = "Service accounts have names of small letters, digits, - and dots."
  }

  validation {
    # The receiver must not be able to read events, nor the dispatcher's secrets.
    condition     = var.service_accounts.receiver != var.service_accounts.dispatcher
    error_message = "Receiver and dispatcher must have service accounts of their own: one role for both could do what both can."
  }
}

variable "keda_operator" {
  description = "Namespace and service account of KEDA's operator; the default is that of its chart."
  type = object({
    namespace       = optional(string, "keda")
    service_account = optional(string, "keda-operator")
  })
  default = {}
}

variable "queues" {
  description = "ARNs of the queue and the dead-letter queue of each target, by the target's name."
  type = map(object({
    queue_arn             = string
    dead_letter_queue_arn = string
  }))

  validation {
    condition     = length(var.queues) > 0
    error_message = "There must be a target: roles without a queue are of no use, and IAM takes no policy without a resource."
  }

  validation {
    condition = alltrue(flatten([
      for queue in values(var.queues) : [
        for arn in values(queue) : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]+$", arn))
      ]
    ]))
    error_message = "queues must hold whole ARNs of SQS queues (arn:aws:sqs:REGION:ACCOUNT:NAME), without wildcards."
  }
}

variable "key_arns" {
  description = "ARNs of the KMS keys that encrypt the queues; none where SQS manages the keys."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "key_arns must be ARNs of keys (arn:aws:kms:REGION:ACCOUNT:key/ID): a policy does not follow an alias."
  }
}

variable "receiver_secret_arns" {
  description = "ARNs of the Secrets Manager secrets and SSM parameters that the receiver reads: those of webhooks."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.receiver_secret_arns : can(regex("^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:|ssm:[a-z0-9-]+:\\d{12}:parameter/)[^*?]+$", arn))])
    error_message = "receiver_secret_arns must be ARNs of secrets or parameters, without wildcards; a secret's ends with six characters of AWS' own."
  }
}

variable "dispatcher_secret_arns" {
  description = "ARNs of the Secrets Manager secrets and SSM parameters that the dispatcher reads: credentials of targets."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.dispatcher_secret_arns : can(regex("^arn:[a-z-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:|ssm:[a-z0-9-]+:\\d{12}:parameter/)[^*?]+$", arn))])
    error_message = "dispatcher_secret_arns must be ARNs of secrets or parameters, without wildcards; a secret's ends with six characters of AWS' own."
  }
}

variable "operator_principal_arns" {
  description = "ARNs of the IAM roles whose people may take the role for egw; without any, there is no such role."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.operator_principal_arns : can(regex("^arn:[a-z-]+:iam::\\d{12}:role/[^*?]+$", arn))])
    error_message = "operator_principal_arns must be ARNs of roles, each by its name: * would let anybody read dead letters, and users have keys that live long."
  }
}

variable "collector" {
  description = "The OpenTelemetry collector: its service account, and the log group that it writes metrics to. Null for none."
  type = object({
    log_group_arn   = string
    namespace       = optional(string, "observability")
    service_account = optional(string, "collector")
  })
  default = null
}

variable "permissions_boundary_arn" {
  description = "ARN of a policy that bounds all roles, where a pipeline may only make roles that it bounds. Null for none."
  type        = string
  default     = null
}
