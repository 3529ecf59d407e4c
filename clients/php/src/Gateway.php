<?php

// Everything a backend does with a gateway by HTTP. Write your code against this, and hand it a fake in tests.

declare(strict_types=1);

namespace Twinwire;

use Twinwire\Failure\TwinwireException;

interface Gateway extends Publisher
{
    /**
     * Reads what a channel keeps, oldest first; without bounds the newest. The key needs `read`.
     *
     * @param string|null $since a cursor: only messages after it
     * @param string|null $before a cursor: only messages before it
     * @param int $limit 1 to 1000
     * @param float $waitSeconds up to 30: an empty answer is held back until a message comes
     *
     * @throws TwinwireException
     */
    public function history(
        string $channel,
        ?string $since = null,
        ?string $before = null,
        int $limit = 50,
        float $waitSeconds = 0,
    ): History;

    /**
     * Who is in a channel whose rule has presence; NotFound for the others. The key needs `read`.
     *
     * @throws TwinwireException
     */
    public function presence(string $channel): Presence;

    /**
     * Ends a connection by the id from its `welcome`; it does not come back by itself. The key needs `admin`.
     *
     * @return bool whether it was open
     *
     * @throws TwinwireException
     */
    public function disconnect(string $connection): bool;

    /**
     * Ends all connections of a user, for instance when they sign out. The key needs `admin`.
     *
     * @return int how many there were
     *
     * @throws TwinwireException
     */
    public function disconnectUser(string $user): int;
}
