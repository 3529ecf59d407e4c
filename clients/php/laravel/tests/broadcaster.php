<?php

// The broadcaster with Laravel's classes or their stand-ins: authorization by callbacks, publishing, `toOthers`.

declare(strict_types=1);

namespace Twinwire\Tests\Laravel;

use Illuminate\Broadcasting\BroadcastException;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Twinwire\Client;
use Twinwire\Failure\TwinwireException;
use Twinwire\FakeGateway;
use Twinwire\Laravel\TwinwireBroadcaster;
use Twinwire\Laravel\TwinwireServiceProvider;
use Twinwire\Tokens;

use function Twinwire\Tests\check;
use function Twinwire\Tests\key;
use function Twinwire\Tests\same;
use function Twinwire\Tests\throws;
use function Twinwire\Tests\url;

require __DIR__ . '/../../tests/check.php';
// Laravel's older versions are not free of deprecations; the client itself is checked for them in its own tests.
error_reporting(E_ALL & ~E_DEPRECATED);
require __DIR__ . '/laravel.php';

final class User
{
    public function __construct(public readonly int $id)
    {
    }

    public function getAuthIdentifier(): int
    {
        return $this->id;
    }
}

final class Request
{
    public function __construct(
        private readonly ?User $user,
        public readonly mixed $channels = null,
        public readonly mixed $channel_name = null,
    ) {
    }

    public function user($guard = null): ?User
    {
        return $this->user;
    }
}

/** @return array<string, mixed> */
function claims(string $token): array
{
    return json_decode(base64_decode(strtr(explode('.', $token)[1], '-_', '+/')), true);
}

$fake = new FakeGateway();
$tokens = new Tokens((string) getenv('JWT_SECRET'));
$broadcaster = new TwinwireBroadcaster($fake, $tokens);
$broadcaster->channel('orders.{id}', fn (User $user, $id) => (int) $id === $user->id);
$broadcaster->channel('room.{id}', fn (User $user, $id) => ['name' => "User {$user->id}", 'room' => $id]);
$broadcaster->channel('open.{id}', fn (User $user, $id) => true);

// Laravel's own callbacks decide; one token holds all channels.
$ada = new User(7);
$answer = $broadcaster->auth(new Request($ada, ['private-orders.7', 'presence-room.3']));
$claims = claims($answer['token']);
same(['7', ['private-orders.7', 'presence-room.3'], []], [$claims['sub'], $claims['subscribe'], $claims['publish']]);
same(['name' => 'User 7', 'room' => '3'], $claims['info']);
same(['private-orders.7'], claims($broadcaster->auth(new Request($ada, null, 'private-orders.7'))['token'])['subscribe']);

// What a callback refuses, an unknown channel, a pattern in a name's place, and nobody at all: no token.
foreach ([
    new Request($ada, ['private-orders.8']),
    new Request($ada, ['private-orders.7', 'private-orders.8']),
    new Request($ada, ['private-elsewhere']),
    new Request($ada, ['private-open.*']),
    new Request($ada, ['private-*']),
    new Request($ada, ['*']),
    new Request($ada, ['open.1']),
    new Request($ada, ['@8']),
    new Request($ada, ["private-open.1\n"]),
    new Request($ada, [['private-orders.7']]),
    new Request($ada, []),
    new Request($ada),
    new Request(null, ['private-open.1']),
    new Request($ada, array_fill(0, 51, 'private-open.1')),
] as $request) {
    throws(AccessDeniedHttpException::class, fn () => $broadcaster->auth($request));
}

// Events: the payload without Laravel's "socket", which is the sender (toOthers).
$broadcaster->broadcast(['private-orders.7', 'news'], 'OrderPaid', ['total' => 5, 'socket' => 'page-1']);
$broadcaster->broadcast([], 'Nobody', []);
[$message, $other] = $fake->messages();
same(['private-orders.7', 'OrderPaid', ['total' => 5], 'page-1'], [$message->channel, $message->event, $message->data, $message->sender]);
same('news', $other->channel);
$broadcaster->broadcast(['news'], 'Quiet', ['socket' => null]);
same(null, $fake->messages('news')[1]->sender);

// Failures are Laravel's, with the gateway's sentence.
$fake->failWith(TwinwireException::of('unavailable', 'The disk is full.', 503));
$failure = throws(BroadcastException::class, fn () => $broadcaster->broadcast(['news'], 'E', []));
same('The disk is full.', $failure->getMessage());

// The driver of BROADCAST_CONNECTION=twinwire, as Laravel's manager makes it, against the gateway.
$factory = new class () {
    /** @var array<string, \Closure> */
    public array $drivers = [];

    public function extend(string $name, \Closure $make): void
    {
        $this->drivers[$name] = $make;
    }
};
$app = new class ($factory) {
    public function __construct(private readonly object $factory)
    {
    }

    public function make(string $name): object
    {
        same('Illuminate\Contracts\Broadcasting\Factory', $name);
        return $this->factory;
    }
};
(new TwinwireServiceProvider($app))->boot();
$config = ['driver' => 'twinwire', 'url' => url(), 'key' => key(), 'jwt_secret' => getenv('JWT_SECRET')];
$real = $factory->drivers['twinwire']($app, $config);
check($real instanceof TwinwireBroadcaster, 'the driver is there');
$refused = throws(BroadcastException::class, fn () => $real->broadcast(['no such name'], 'E', []));
check(strlen($refused->getMessage()) > 20, $refused->getMessage());
echo $answer['token'], "\n";
fgets(STDIN);
$real->broadcast(['private-orders.7'], 'OrderPaid', ['total' => 5, 'socket' => 'page-1']);
$real->broadcast(['private-orders.7'], 'OrderSent', ['socket' => 'page-2']);
echo "done\n";
