<?php

// Gives Laravel the broadcast driver `twinwire`. Knows Laravel's container, and no wire.

declare(strict_types=1);

namespace Twinwire\Laravel;

use Illuminate\Contracts\Broadcasting\Factory;
use Illuminate\Support\ServiceProvider;
use Twinwire\Client;
use Twinwire\Tokens;

final class TwinwireServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        $this->app->make(Factory::class)->extend('twinwire', static fn ($app, array $config): TwinwireBroadcaster
            => new TwinwireBroadcaster(
                new Client($config['url'], $config['key']),
                new Tokens($config['jwt_secret'], $config['issuer'] ?? null, $config['audience'] ?? null),
                $config['token_seconds'] ?? 3600,
            ));
    }
}
