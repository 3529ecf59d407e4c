<?php

// Takes an order of whoever is signed in: tells that user, and the warehouse.

declare(strict_types=1);

require __DIR__ . '/../../../clients/php/twinwire.php';

session_start(['read_and_close' => true]);
$user = $_SESSION['user'] ?? null;
$item = $_POST['item'] ?? '';
if ($user === null || !in_array($item, ['Coffee', 'Tea', 'Cake'], true)) {
    http_response_code($user === null ? 401 : 422);
    exit;
}
$order = ['number' => random_int(100000, 999999), 'item' => $item, 'state' => 'ordered'];
try {
    // One transaction: both know of the order, or none.
    Twinwire\Client::fromEnvironment()->publishBatch([
        Twinwire\Message::toUser($user, $order),
        Twinwire\Message::to('warehouse', $order + ['user' => $user]),
    ]);
} catch (Twinwire\Failure\TwinwireException $failure) {
    error_log($failure->getMessage());
    http_response_code(503);
}
