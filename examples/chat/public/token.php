<?php

// The token a page connects with. Here everybody is who they say they are: your application asks its session instead.

declare(strict_types=1);

require __DIR__ . '/../../../clients/php/twinwire.php';

$user = (string) file_get_contents('php://input');
header('Content-Type: text/plain; charset=utf-8');
if (preg_match('/^[\p{L}\p{M}\p{N}_.-]([\p{L}\p{M}\p{N} _.-]{0,22}[\p{L}\p{M}\p{N}_.-])?\z/u', $user) !== 1) {
    http_response_code(422);
    exit('A name has 1 to 24 letters, digits, spaces, dots and dashes.');
}
$tokens = new Twinwire\Tokens((string) getenv('TWINWIRE_JWT_SECRET'));
echo $tokens->mint($user, lifeSeconds: 600); // the page asks for the next one in time
