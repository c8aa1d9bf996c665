# The queue of one target, and its dead-letter queue.

locals {
  day_seconds = 86400

  # SQS' own maximum. A standard queue's message keeps the time of its first send when it becomes a dead letter, so a
  # shorter retention there would drop old letters at once; and one that is inherited would shrink with the source's.
  dead_letter_retention_seconds = 14 * local.day_seconds

  # As the dispatcher hides messages itself (`holdMs` of apps/dispatcher/timing.ts): six timeouts, and so much that a call
  # and its settling fit well before the hold is renewed. The queue's own value is for whoever receives without saying.
  visibility_timeout_seconds = max(
    6 * var.dispatcher_timeout_seconds,
    ceil((var.dispatcher_timeout_seconds + 5) / 0.45),
  )

  # A backstop for messages that kill every pod: the ledger counts attempts, and a dispatcher sends a message anew long
  # before it was received so often. It is the most that SQS takes.
  max_receive_count = 1000

  # A key may be named instead; SQS takes one or the other.
  sqs_managed_sse = var.kms_key_arn == null ? true : null
  # With a key, SQS asks KMS once in so long. Longer is cheaper, and takes as long to notice a key that was disabled.
  kms_reuse_seconds = var.kms_key_arn == null ? null : 300
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = "${var.name}-dead-letters"
  message_retention_seconds         = local.dead_letter_retention_seconds
  visibility_timeout_seconds        = local.visibility_timeout_seconds
  delay_seconds                     = 0
  sqs_managed_sse_enabled           = local.sqs_managed_sse
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = local.kms_reuse_seconds
}

resource "aws_sqs_queue" "events" {
  name                      = var.name
  message_retention_seconds = var.retention_days * local.day_seconds
  # The dispatcher puts off single messages by hiding them; a delay of all would only make each event late.
  delay_seconds                     = 0
  visibility_timeout_seconds        = local.visibility_timeout_seconds
  sqs_managed_sse_enabled           = local.sqs_managed_sse
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = local.kms_reuse_seconds
}

# Beside the queue, not in it: AWS takes half a minute to tell of each new queue, and so both are waited for at once.
resource "aws_sqs_queue_redrive_policy" "events" {
  queue_url = aws_sqs_queue.events.id

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = local.max_receive_count
  })
}

# No other queue of the account may drop its letters here: they would be taken for events of this target.
resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.events.arn]
  })
}

# Who may do what is said by the roles. This denies to all, whoever they are, what is not encrypted on its way.
resource "aws_sqs_queue_policy" "tls_only" {
  for_each = {
    events       = aws_sqs_queue.events
    dead_letters = aws_sqs_queue.dead_letters
  }

  queue_url = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
