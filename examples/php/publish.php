<?php
// Publishes to Twinwire with nothing but PHP itself (7.4 or later); knows the HTTP API only.
//
//   php publish.php public:demo '{"text": "Hello"}'          one message
//   seq 1 100 | php publish.php public:demo -                 one message per line, each line JSON
//   php publish.php --secrets data/secrets.json public:demo 1
//
// TWINWIRE_URL names the gateway (http://127.0.0.1:8080 unless set), TWINWIRE_API_KEY the key. In a program:
//
//   require 'publish.php';
//   $answer = twinwire_publish('orders:42', ['state' => 'paid']);

declare(strict_types=1);

/**
 * Publishes one message and returns the gateway's answer: ['id' => …, 'channel' => …, 'subscribers' => …].
 *
 * What may pass (no connection, 429, 5xx) is tried again until `timeout` seconds are over, always under the same
 * idempotency key: the message is stored once, even when only the answer was lost. Throws RuntimeException otherwise.
 *
 * Options: url, apiKey; event (a name for the message), key (your own idempotency key, such as an order number),
 * json (true: $data is JSON text already, passed on as it is), timeout (seconds, 30).
 */
function twinwire_publish(string $channel, $data, array $options = []): array
{
    $url = $options['url'] ?? (getenv('TWINWIRE_URL') ?: 'http://127.0.0.1:8080');
    $apiKey = $options['apiKey'] ?? (getenv('TWINWIRE_API_KEY') ?: '');
    if ($apiKey === '') {
        throw new RuntimeException('There is no API key: set TWINWIRE_API_KEY, or use --secrets data/secrets.json.');
    }
    $body = twinwire_body($channel, $data, $options);
    $deadline = microtime(true) + ($options['timeout'] ?? 30);
    for ($attempt = 0; ; $attempt++) {
        [$status, $text, $retryAfter] = twinwire_post(rtrim($url, '/') . '/api/publish', $apiKey, $body);
        if ($status === 200) {
            return json_decode($text, true, 512, JSON_THROW_ON_ERROR);
        }
        $pause = $retryAfter ?? min(2.0, 0.1 * 2 ** $attempt) * (0.5 + lcg_value() / 2);
        $passes = $status === 0 || $status === 429 || $status >= 500;
        if (!$passes || microtime(true) + $pause > $deadline) {
            throw new RuntimeException(twinwire_explain($url, $status, $text));
        }
        usleep((int) ($pause * 1000000));
    }
}

function twinwire_body(string $channel, $data, array $options): string
{
    $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION;
    $members = ['channel' => $channel, 'key' => $options['key'] ?? bin2hex(random_bytes(16))];
    if (isset($options['event'])) {
        $members['event'] = $options['event'];
    }
    // JSON text goes in as it is: decoding would round large integers and turn {} into [].
    $json = ($options['json'] ?? false) ? $data : json_encode($data, $flags);
    return substr(json_encode($members, $flags), 0, -1) . ',"data":' . $json . '}';
}

/** One request: [status, body, seconds to wait or null]; status 0 means that there was no answer. */
function twinwire_post(string $address, string $apiKey, string $body): array
{
    $headers = ['Content-Type: application/json', "Authorization: Bearer $apiKey", 'Connection: close'];
    $http = ['method' => 'POST', 'header' => $headers, 'content' => $body, 'timeout' => 10, 'ignore_errors' => true];
    $stream = @fopen($address, 'r', false, stream_context_create(['http' => $http]));
    if ($stream === false) {
        return [0, error_get_last()['message'] ?? 'no connection', null];
    }
    $lines = stream_get_meta_data($stream)['wrapper_data'] ?? [];
    $text = (string) stream_get_contents($stream);
    fclose($stream);
    $status = preg_match('~^HTTP/\S+ (\d{3})~', $lines[0] ?? '', $match) ? (int) $match[1] : 0;
    $retryAfter = null;
    foreach ($lines as $line) {
        if (preg_match('~^Retry-After:\s*(\d+)~i', $line, $match)) {
            $retryAfter = (float) $match[1];
        }
    }
    // A connection that was lost in the middle of the answer is no answer.
    return $status === 200 && json_decode($text) === null ? [0, 'the answer broke off', null] : [$status, $text, $retryAfter];
}

function twinwire_explain(string $url, int $status, string $text): string
{
    if ($status === 0) {
        return "The gateway at $url cannot be reached ($text): is it running, and is TWINWIRE_URL right?";
    }
    $problem = json_decode($text, true);
    return "The gateway refused the message with status $status: " . ($problem['detail'] ?? $text);
}

function twinwire_main(array $arguments): int
{
    $options = ['json' => true];
    if (($arguments[0] ?? '') === '--secrets') {
        $file = $arguments[1] ?? '';
        $secrets = is_readable($file) ? json_decode((string) file_get_contents($file), true) : null;
        if (!isset($secrets['apiKey'])) {
            fwrite(STDERR, "There is no API key in \"$file\": name the gateway's secrets.json.\n");
            return 2;
        }
        $options['apiKey'] = $secrets['apiKey'];
        $arguments = array_slice($arguments, 2);
    }
    if (count($arguments) !== 2) {
        fwrite(STDERR, "Usage: php publish.php [--secrets FILE] CHANNEL JSON   (JSON is - to read one per line)\n");
        return 2;
    }
    [$channel, $json] = $arguments;
    try {
        foreach ($json === '-' ? twinwire_lines() : [1 => $json] as $number => $text) {
            if (json_decode($text) === null && trim($text) !== 'null') {
                throw new RuntimeException("Message $number is not JSON (" . json_last_error_msg() . "): $text");
            }
            echo json_encode(twinwire_publish($channel, $text, $options), JSON_UNESCAPED_SLASHES), "\n";
        }
    } catch (RuntimeException $error) {
        fwrite(STDERR, $error->getMessage() . "\n");
        return 1;
    }
    return 0;
}

/** The lines of standard input, empty ones left out. */
function twinwire_lines(): iterable
{
    for ($number = 1; ($line = fgets(STDIN)) !== false; $number++) {
        if (trim($line) !== '') {
            yield $number => rtrim($line, "\r\n");
        }
    }
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    exit(twinwire_main(array_slice($argv, 1)));
}
