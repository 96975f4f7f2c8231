#!/bin/sh
# Verified events as JSON, by buf curl, which learns the schema from the server:
#
#   sh subscribe.sh 127.0.0.1:50051 '{"fromStart": true, "types": ["EVENT_TYPE_DENSITY"], "severityMin": "SEVERITY_HIGH"}'
#
# Each message carries a resumeToken (base64). To go on after it: '{"resumeToken": "AgtyYWls..."}'.
# grpcurl -plaintext -d "$request" "$server" vigie.v1.EventService/Subscribe does the same.
set -eu
server=${1:-127.0.0.1:50051}
request=${2:-'{}'}
exec ${BUF:-buf} curl --protocol grpc --http2-prior-knowledge -d "$request" \
  "http://$server/vigie.v1.EventService/Subscribe"
