<?php

// The sender that a test was asked to use: curl, stream or psr18.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Http\CurlSender;
use Twinwire\Http\Psr18Sender;
use Twinwire\Http\Sender;
use Twinwire\Http\StreamSender;

function sender(string $name): Sender
{
    if ($name === 'psr18') {
        require_once __DIR__ . '/psr.php';
        $psr = new PsrClient();
        return new Psr18Sender($psr, $psr, $psr);
    }
    check($name === 'curl' || $name === 'stream', "there is no sender $name");
    return $name === 'curl' ? new CurlSender() : new StreamSender();
}
