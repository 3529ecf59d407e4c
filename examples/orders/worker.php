<?php

// The warehouse: a PHP process that runs on and on, hears of orders, and tells each user how far theirs is. Yours would
// keep its orders in a database.

declare(strict_types=1);

require __DIR__ . '/../../clients/php/twinwire.php';

const STEPS = ['ordered' => 'paid', 'paid' => 'packed', 'packed' => 'sent'];

$twinwire = Twinwire\Client::fromEnvironment();
$wire = new Twinwire\Connection((string) getenv('TWINWIRE_URL'), (string) getenv('TWINWIRE_API_KEY'));
$orders = [];
$wire->subscribe('warehouse', function (Twinwire\StoredMessage $message) use (&$orders): void {
    $orders[$message->data['number']] = $message->data;
});
$wire->listen(seconds: 0.1);
echo "The warehouse is ready.\n";

while (true) {
    $wire->listen(seconds: 1);
    foreach ($orders as $number => ['user' => $user, 'item' => $item, 'state' => $state]) {
        $next = STEPS[$state];
        try {
            // With this key the order is not told to be paid twice, whatever happens on the way.
            $order = ['number' => $number, 'item' => $item, 'state' => $next];
            $twinwire->toUser($user, $order, key: "$number-$next");
        } catch (Twinwire\Failure\Unreachable|Twinwire\Failure\Unavailable $failure) {
            fwrite(STDERR, "Later, then: {$failure->getMessage()}\n");
            continue;
        }
        $orders[$number]['state'] = $next;
        if (!isset(STEPS[$next])) {
            unset($orders[$number]);
        }
    }
}
