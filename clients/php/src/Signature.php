<?php

// The gateway's signature under what it sends to an application: `t=<second>,v1=<HMAC-SHA256 of "t.body">`. Knows no
// requests.

declare(strict_types=1);

namespace Twinwire;

use InvalidArgumentException;
use SensitiveParameter;
use Twinwire\Failure\BadSignature;

final class Signature
{
    /**
     * @param string $secret as configured in the gateway, such as `auth.hook.secret`
     * @param int $toleranceSeconds how old a signature may be: a copy of the request is worth nothing later
     *
     * @throws InvalidArgumentException when the secret is empty: anybody could sign with that
     */
    public function __construct(
        #[SensitiveParameter] private readonly string $secret,
        private readonly int $toleranceSeconds = 60,
    ) {
        if ($secret === '') {
            throw new InvalidArgumentException('The secret is empty: set the one that the gateway signs with.');
        }
    }

    /**
     * Passes, or throws. Give the body as it came, before anything decoded it.
     *
     * @param string|null $header the value of `Twinwire-Signature`; several `v1` are fine while a secret changes
     *
     * @throws BadSignature
     */
    public function verify(string $body, ?string $header, ?int $now = null): void
    {
        if (preg_match('/^t=(\d{1,12})((?:,v1=[0-9a-f]{64})+)$/D', (string) $header, $parts) !== 1) {
            throw new BadSignature('The request has no Twinwire-Signature: it does not come from the gateway.');
        }
        if (abs(($now ?? time()) - (int) $parts[1]) > $this->toleranceSeconds) {
            throw new BadSignature('The signature is too old: check that the clocks of both machines agree.');
        }
        $expected = hash_hmac('sha256', "{$parts[1]}.$body", $this->secret);
        foreach (explode(',v1=', substr($parts[2], 4)) as $given) {
            if (hash_equals($expected, $given)) {
                return;
            }
        }
        throw new BadSignature('The signature does not fit: check that both sides have the same secret.');
    }

    /** The header for a body, for your own tests. */
    public function sign(string $body, ?int $now = null): string
    {
        $second = $now ?? time();
        return "t=$second,v1=" . hash_hmac('sha256', "$second.$body", $this->secret);
    }
}
