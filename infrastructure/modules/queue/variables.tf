variable "name" {
  description = "Name of the queue; its dead-letter queue is NAME-dead-letters."
  type        = string

  validation {
    # 80 characters at most, less those of the suffix. A dot would make it FIFO, whose order the limiter does not keep.
    condition     = can(regex("^[A-Za-z0-9_-]{1,67}$", var.name))
    error_message = "The name of a queue must be 1 to 67 letters, digits, - or _ (no .fifo: order is not kept), not \"${var.name}\"."
  }
}

variable "dispatcher_timeout_seconds" {
  description = "Timeout of a call to the target (graphql.timeout of gateway.yaml), in s. The visibility timeout follows from it: 60 s for 10 s."
  type        = number
  default     = 10

  validation {
    condition     = var.dispatcher_timeout_seconds >= 0.1 && var.dispatcher_timeout_seconds <= 60
    error_message = "The dispatcher takes timeouts from 0.1 s to 60 s, not ${var.dispatcher_timeout_seconds} s: give what graphql.timeout says."
  }
}

variable "retention_days" {
  description = "How long an event may wait, in days. The receiver refuses more than the limit of the target lets through in half of it."
  type        = number
  default     = 14

  validation {
    # Over a long weekend without anybody nothing is to be lost; 14 is what SQS has.
    condition     = var.retention_days >= 4 && var.retention_days <= 14 && floor(var.retention_days) == var.retention_days
    error_message = "The retention must be 4 to 14 whole days, not ${var.retention_days}: below 4, a long weekend loses events."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key that encrypts both queues; null for keys that SQS manages (SSE-SQS), which cost nothing."
  type        = string
  default     = null

  validation {
    # An alias would do for SQS, and not for the policies that name the key.
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key (arn:aws:kms:REGION:ACCOUNT:key/ID), no alias and no bare id."
  }
}
