#!/bin/sh
# Everything with curl alone. With a gateway of your own:
#   TWINWIRE_URL=http://127.0.0.1:8080 TWINWIRE_API_KEY=... sh examples/curl/talk.sh
set -eu
url=${TWINWIRE_URL:-http://127.0.0.1:8080}
channel=public:curl
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# From a file, so that the key is in no list of processes.
auth=$folder/auth
echo "Authorization: Bearer ${TWINWIRE_API_KEY:?is not set: it is the apiKey in data/secrets.json}" >"$auth"

step() { printf '\n# %s\n' "$*"; }
publish() { curl -sS "$url/api/publish" -H "@$auth" "$@"; echo; }

step 'Publish a message. The answer has its id: it is stored.'
publish -d "{\"channel\": \"$channel\", \"data\": {\"text\": \"one\"}}"

step 'Publish two at once.'
publish -d "[{\"channel\": \"$channel\", \"data\": \"two\"}, {\"channel\": \"$channel\", \"data\": \"three\"}]"

step 'Publish one twice under the same key, as a script does that is not sure: it is stored once.'
publish -H 'Idempotency-Key: order-42' -d "{\"channel\": \"$channel\", \"data\": \"four\"}"
publish -H 'Idempotency-Key: order-42' -d "{\"channel\": \"$channel\", \"data\": \"four\"}"

step 'Read what there is. The channel is public, so this takes no key.'
curl -sS "$url/api/channels/$channel/messages?limit=10"
echo

step 'Follow the channel, from its two newest messages on (for a second; without --max-time for ever).'
curl -sN --max-time 1 "$url/sse?channels=$channel&history=2" | tee "$folder/stream"

step 'While nobody follows it, something happens.'
publish -d "{\"channel\": \"$channel\", \"data\": \"five\"}"

last=$(sed -n 's/^id: //p' "$folder/stream" | tail -n 1)
step "Follow it again from the last id, $last: nothing is missing."
curl -sN --max-time 1 "$url/sse?channels=$channel" -H "Last-Event-ID: $last" | tee "$folder/stream"

last=$(sed -n 's/^id: //p' "$folder/stream" | tail -n 1)
step 'Or wait for the next message with an ordinary request: it is answered when there is one.'
(sleep 1 && publish -d "{\"channel\": \"$channel\", \"data\": \"six\"}" >"$folder/six") &
curl -sS "$url/api/channels/$channel/messages?since=$last&wait=20"
wait
echo
