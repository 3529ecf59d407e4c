<?php

// Puts a job into the queue, and answers with the channel of its progress and a token for that channel alone.

declare(strict_types=1);

require __DIR__ . '/../../../clients/php/twinwire.php';

$detail = filter_input(INPUT_POST, 'detail', FILTER_VALIDATE_INT, ['options' => ['min_range' => 1, 'max_range' => 50000]]);
if (!is_int($detail)) {
    http_response_code(422);
    exit;
}
$channel = 'job:' . bin2hex(random_bytes(16));
try {
    // The queue is a channel too. If your framework has one, use that, and let its worker publish the progress.
    Twinwire\Client::fromEnvironment()->publish('jobs', ['channel' => $channel, 'detail' => $detail]);
} catch (Twinwire\Failure\TwinwireException $failure) {
    error_log($failure->getMessage());
    http_response_code(503);
    exit;
}
$tokens = new Twinwire\Tokens((string) getenv('TWINWIRE_JWT_SECRET'));
header('Content-Type: application/json');
echo json_encode(['channel' => $channel, 'token' => $tokens->mint(null, subscribe: [$channel], lifeSeconds: 3600)]);
