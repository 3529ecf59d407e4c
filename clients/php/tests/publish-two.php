<?php

// Publishes two messages by a lasting connection, and ends.

declare(strict_types=1);

namespace Twinwire\Tests;

use Twinwire\Connection;

require __DIR__ . '/check.php';

$wire = new Connection(url(), key());
$wire->publish('numbers', 'from another process');
$wire->publish('numbers', 'stop');
$wire->flush(20);
echo "done\n";
