{{- define "secretariat.fullname" -}}
{{- if contains "secretariat" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-secretariat" (.Release.Name | trunc 40 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "secretariat.selector" -}}
app.kubernetes.io/name: secretariat
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "secretariat.labels" -}}
{{ include "secretariat.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "secretariat.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (ternary (include "secretariat.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- /* Cluster-scoped objects of two releases with one name in two namespaces must not meet. */ -}}
{{- define "secretariat.clusterName" -}}
{{ printf "%s-%s" (include "secretariat.fullname" .) .Release.Namespace }}
{{- end }}

{{- define "secretariat.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}
