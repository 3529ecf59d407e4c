<?php

// Prices that move at random, 80 of them a second, over one lasting connection with many messages on their way at once.

declare(strict_types=1);

require __DIR__ . '/../../clients/php/twinwire.php';

const PAUSE_SECONDS = 0.1;

$prices = ['AXLE' => 84.2, 'BOLT' => 19.5, 'CORK' => 7.31, 'DUNE' => 132.4,
    'ECHO' => 55.0, 'FERN' => 23.8, 'GRIT' => 310.9, 'HALO' => 64.7];
$wire = new Twinwire\Connection((string) getenv('TWINWIRE_URL'), (string) getenv('TWINWIRE_API_KEY'));
echo "The feed is ready.\n";

while (true) {
    foreach ($prices as $symbol => $price) {
        $move = (mt_rand() / mt_getrandmax() - 0.5) * 0.004;
        $prices[$symbol] = $price * (1 + $move);
        try {
            $wire->publish('public:prices', ['symbol' => $symbol, 'price' => round($prices[$symbol], 2)]);
        } catch (Twinwire\Failure\Unreachable) {
            // Nothing moves: this price is not sent, and a newer one will be.
            continue;
        }
    }
    // Answers are taken here; what is unanswered is sent again by itself when the gateway was away.
    $wire->listen(seconds: PAUSE_SECONDS);
}
