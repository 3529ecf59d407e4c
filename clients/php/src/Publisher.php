<?php

// Whatever takes messages: the HTTP client, or a fake in your tests.

declare(strict_types=1);

namespace Twinwire;

use Twinwire\Failure\TwinwireException;

interface Publisher
{
    /**
     * Publishes one message; when it returns, the message is stored and will be replayed (rule H1).
     *
     * @param string $channel the channel's name (rule N1)
     * @param mixed $data anything that becomes JSON
     * @param string|null $event a name by which readers tell messages apart
     * @param string|null $key your own idempotency key, such as an order number: for ten minutes the same key
     *                         publishes once. Without it the client makes one, so that its retries never double
     * @param float|null $ttlSeconds after these the message is gone
     * @param string|null $sender connections opened with this `sender` do not receive it (rule H4)
     *
     * @throws TwinwireException
     */
    public function publish(
        string $channel,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published;

    /**
     * Publishes to the personal channel of a user, on all of their pages. Parameters as for `publish`.
     *
     * @throws TwinwireException
     */
    public function toUser(
        string $user,
        mixed $data,
        ?string $event = null,
        ?string $key = null,
        ?float $ttlSeconds = null,
        ?string $sender = null,
    ): Published;

    /**
     * Publishes up to 1000 messages in one request, as one transaction. What is wrong with one of them fails it
     * alone: its place in the answer then holds a `Refused` instead of a `Published`.
     *
     * @param list<Message> $messages
     *
     * @return list<Published|Refused> in the order of the messages; of one for several channels, one for each
     *
     * @throws TwinwireException when the request as a whole failed
     */
    public function publishBatch(array $messages): array;
}
