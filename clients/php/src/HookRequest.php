<?php

// The gateway's question to the application: who is this visitor, and what may they have? (protocol §8, auth.hook)

declare(strict_types=1);

namespace Twinwire;

use SensitiveParameter;
use Twinwire\Failure\BadSignature;

final class HookRequest
{
    /**
     * @param string|null $connection its id, as in `welcome`; null for a call of the HTTP API
     * @param string $transport `websocket`, `sse` or `http`
     * @param array<string, string> $headers those of `auth.hook.headers`, by name in lower case
     * @param list<string> $channels what is asked for
     */
    private function __construct(
        public readonly ?string $connection,
        public readonly string $ip,
        public readonly string $transport,
        public readonly array $headers,
        public readonly array $channels,
    ) {
    }

    /**
     * The request that this script answers.
     *
     * @throws BadSignature when it is not from the gateway: answer 500, so that the gateway's log says so
     */
    public static function receive(#[SensitiveParameter] string $secret): self
    {
        $header = $_SERVER['HTTP_TWINWIRE_SIGNATURE'] ?? null;
        return self::from((string) file_get_contents('php://input'), $header, $secret);
    }

    /**
     * The same, for frameworks that have the body and the header `Twinwire-Signature` already.
     *
     * @throws BadSignature
     */
    public static function from(string $body, ?string $header, #[SensitiveParameter] string $secret): self
    {
        (new Signature($secret))->verify($body, $header);
        $question = Json::decode($body) ?? throw new BadSignature('The request is no question of the gateway.');
        return new self(
            $question['connection'] ?? null,
            $question['ip'],
            $question['transport'],
            $question['headers'],
            $question['channels'],
        );
    }
}
