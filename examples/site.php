<?php

// For PHP's own server: what the pages of all examples share. Everything else is the example's own file.

declare(strict_types=1);

$shared = [
    '/look.css' => ['text/css', __DIR__ . '/look.css'],
    '/client/connect.js' => ['text/javascript', __DIR__ . '/../clients/js/dist/connect.js'],
];
[$type, $file] = $shared[parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)] ?? [null, null];
if ($file === null) {
    return false;
}
header("Content-Type: $type; charset=utf-8");
readfile($file);
