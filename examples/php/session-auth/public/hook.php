<?php
// Twinwire asks here what a visitor may do. It passes the browser's cookies on, so this is the session of every page.
$body = file_get_contents('php://input');
sscanf($_SERVER['HTTP_TWINWIRE_SIGNATURE'] ?? '', 't=%d,v1=%64s', $time, $mac);
$expected = hash_hmac('sha256', "$time.$body", (string) getenv('TWINWIRE_HOOK_SECRET'));
if (abs(time() - $time) > 60 || !hash_equals($expected, (string) $mac)) {
    http_response_code(500); // not the gateway, or not its secret: the gateway's log then says so
    exit;
}
session_start(['read_and_close' => true]);
$user = $_SESSION['user'] ?? null;
header('Content-Type: application/json');
echo json_encode([
    'user' => $user,
    'subscribe' => $user === null ? [] : ["orders:$user"],
    'publish' => $user === null ? [] : ["orders:$user"],
]);
