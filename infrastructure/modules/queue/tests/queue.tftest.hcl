mock_provider "aws" {
  mock_resource "aws_sqs_queue" {
    defaults = {
      id  = "https://sqs.eu-west-1.amazonaws.com/123456789012/mocked"
      arn = "arn:aws:sqs:eu-west-1:123456789012:mocked"
    }
  }
}

variables {
  name = "event-gateway-dev-crm"
}

run "usual" {
  command = apply

  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds == 60
    error_message = "Six times the dispatcher's 10 s."
  }

  assert {
    condition     = aws_sqs_queue.events.message_retention_seconds == 1209600
    error_message = "14 days."
  }

  assert {
    condition     = aws_sqs_queue.events.delay_seconds == 0 && aws_sqs_queue.dead_letters.delay_seconds == 0
    error_message = "Nothing is delayed."
  }

  assert {
    condition     = aws_sqs_queue.events.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.sqs_managed_sse_enabled
    error_message = "Both are encrypted without a key."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.name == "event-gateway-dev-crm-dead-letters"
    error_message = "The dead letters stand beside."
  }

  assert {
    condition = jsondecode(aws_sqs_queue_redrive_policy.events.redrive_policy) == {
      deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
      maxReceiveCount     = 1000
    }
    error_message = "maxReceiveCount is a backstop of 1000."
  }

  assert {
    condition = jsondecode(aws_sqs_queue_redrive_allow_policy.dead_letters.redrive_allow_policy) == {
      redrivePermission = "byQueue"
      sourceQueueArns   = [aws_sqs_queue.events.arn]
    }
    error_message = "Only this queue drops its letters there."
  }

  assert {
    condition = alltrue([
      for policy in aws_sqs_queue_policy.tls_only :
      one(jsondecode(policy.policy).Statement).Effect == "Deny" && one(jsondecode(policy.policy).Statement).Condition == { Bool = { "aws:SecureTransport" = "false" } }
    ]) && length(aws_sqs_queue_policy.tls_only) == 2
    error_message = "Both queues deny what comes without TLS."
  }
}

run "short_retention_leaves_dead_letters_alone" {
  command = plan

  variables {
    retention_days = 4
  }

  assert {
    condition     = aws_sqs_queue.events.message_retention_seconds == 345600 && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "Dead letters stay for 14 days, however short the source's retention is."
  }
}

run "visibility_follows_the_timeout" {
  command = plan

  variables {
    dispatcher_timeout_seconds = 60
  }

  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds == 360
    error_message = "Six times 60 s."
  }
}

run "short_timeouts_leave_room_for_a_call" {
  command = plan

  variables {
    dispatcher_timeout_seconds = 1
  }

  assert {
    condition     = aws_sqs_queue.events.visibility_timeout_seconds == 14
    error_message = "As the dispatcher's own hold: (1 s + 5 s) ÷ 0.45."
  }
}

run "under_a_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c-1111-2222-3333-444455556666"
  }

  assert {
    condition     = aws_sqs_queue.events.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn
    error_message = "Both are encrypted with the key."
  }
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name                       = "crm.fifo"
    dispatcher_timeout_seconds = 61
    retention_days             = 3
    kms_key_arn                = "alias/aws/sqs"
  }

  expect_failures = [
    var.name,
    var.dispatcher_timeout_seconds,
    var.retention_days,
    var.kms_key_arn,
  ]
}

run "refuses_parts_of_days_and_long_names" {
  command = plan

  variables {
    name           = "an-event-gateway-queue-whose-name-leaves-no-room-for-its-dead-letters"
    retention_days = 4.5
  }

  expect_failures = [
    var.name,
    var.retention_days,
  ]
}
