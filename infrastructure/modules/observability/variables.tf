variable "name" {
  description = "What all names begin with; the metrics' namespace is EventGateway/NAME."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "The name must be 1 to 64 letters, digits, - or _, not \"${var.name}\"."
  }
}

variable "region" {
  description = "Region of all of it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-\\d$", var.region))
    error_message = "region must be a region such as eu-west-1, not \"${var.region}\"."
  }
}

variable "queues" {
  description = "Names of the queue and the dead-letter queue of each target, by the target's name."
  type = map(object({
    queue_name             = string
    dead_letter_queue_name = string
  }))
}

variable "redis_node_ids" {
  description = "Names of ElastiCache's nodes; none where Redis is elsewhere."
  type        = list(string)
  default     = []
}

variable "age_seconds" {
  description = "For how long an event may wait before somebody is to look, in s: metrics.rules.objectives.ageSeconds of the chart."
  type        = number
  default     = 3600

  validation {
    condition     = var.age_seconds >= 60
    error_message = "age_seconds must be 60 or more, not ${var.age_seconds}: CloudWatch looks once a minute."
  }
}

variable "error_percent" {
  description = "Percent of the events that senders get right which may not be accepted, before somebody is to look."
  type        = number
  default     = 1

  validation {
    condition     = var.error_percent > 0 && var.error_percent < 100
    error_message = "error_percent must be between 0 and 100, not ${var.error_percent}."
  }
}

variable "alarm_addresses" {
  description = "Mail addresses that alarms are sent to; each is asked first."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_addresses : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alarm_addresses must be mail addresses."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 7, 14, 30, 60, 90, 180 or 365 days here, not ${var.log_retention_days}; 0 would be for ever."
  }
}
