{{/* How many dispatchers can use a limit. */}}

{{/* "20ms", "10s", "15m", "1h", "14d" in ms. */}}
{{- define "egw.durationMs" -}}
{{- $text := . | toString }}
{{- if not (regexMatch "^[0-9]+(ms|s|m|h|d)$" $text) }}
{{- fail (printf "\n%s is no duration: write a whole number and a unit, such as 20ms, 10s, 15m, 1h or 14d" $text) }}
{{- end }}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 }}
{{- $unit := regexFind "[a-z]+$" $text }}
{{- mul (trimSuffix $unit $text | atoi) (index $units $unit) }}
{{- end }}

{{/*
ceil(calls a second × 2 × latency ÷ concurrency), the 2 for calls that take longer than most and for pods that start or end;
no more than maxInFlight ÷ concurrency. By the tightest of the windows of 10 s and less, as longer ones say how much may be
spent and not how fast. The receiver computes the same (usefulReplicas). All in whole numbers: ceil(a ÷ b) is (a + b − 1) ÷ b.
*/}}
{{- define "egw.usefulReplicas" -}}
{{- $limit := .limit }}
{{- $concurrency := $limit.concurrency | default 5 | int64 }}
{{- $latencyMs := include "egw.durationMs" (.latency | default "1s") | int64 }}
{{- $useful := 0 }}
{{- range $limit.windows }}
{{- $perMs := include "egw.durationMs" .per | int64 }}
{{- if le $perMs 10000 }}
{{- $below := mul $perMs $concurrency }}
{{- $pods := div (sub (add (mul .calls 2 $latencyMs) $below) 1) $below }}
{{- if or (eq $useful 0) (lt (int $pods) $useful) }}{{ $useful = int $pods }}{{ end }}
{{- end }}
{{- end }}
{{- with $limit.maxInFlight }}
{{- $useful = min $useful (div (sub (add (int64 .) $concurrency) 1) $concurrency) }}
{{- end }}
{{- max 1 $useful }}
{{- end }}

{{/* The same, or what is set; fails where that is more than can help. .name, .target, .settings */}}
{{- define "egw.maxReplicas" -}}
{{- $useful := include "egw.usefulReplicas" .target | int }}
{{- $autoscaling := .settings.autoscaling }}
{{- $asked := $autoscaling.maxReplicas | default $useful | int }}
{{- if and (gt $asked $useful) (not $autoscaling.beyondUseful) }}
{{- $windows := list }}
{{- range .target.limit.windows }}{{ $windows = append $windows (printf "%v in %s" .calls .per) }}{{ end }}
{{- fail (printf "\ntargets.%s: maxReplicas is %d, but no more than %d pods can use its limit:\n  ceil(calls a second × 2 × latency ÷ concurrency), of %s, latency %s, concurrency %v.\nMore would wait for the limit. Leave maxReplicas out, correct latency or concurrency, or set autoscaling.beyondUseful: true." .name $asked $useful (join ", " $windows) (.target.latency | default "1s") (.target.limit.concurrency | default 5)) }}
{{- end }}
{{- $asked }}
{{- end }}
