<?php

// Makes the tokens by which browsers connect (protocol §8, HS256). Knows no network.

declare(strict_types=1);

namespace Twinwire;

use InvalidArgumentException;
use SensitiveParameter;

final class Tokens
{
    private const MIN_SECRET_BYTES = 32;

    /**
     * @param string $secret `auth.jwt.secret` of the gateway
     * @param string|null $issuer `auth.jwt.issuer`, if the gateway asks for one
     * @param string|null $audience `auth.jwt.audience`, if the gateway asks for one
     *
     * @throws InvalidArgumentException when the secret is one that the gateway would not take
     */
    public function __construct(
        #[SensitiveParameter] private readonly string $secret,
        private readonly ?string $issuer = null,
        private readonly ?string $audience = null,
    ) {
        if (strlen($secret) < self::MIN_SECRET_BYTES) {
            $min = self::MIN_SECRET_BYTES;
            throw new InvalidArgumentException(
                "The secret has fewer than $min bytes: use the gateway's auth.jwt.secret.",
            );
        }
    }

    /**
     * @param string|null $user who this is; null for somebody without a name
     * @param list<string> $subscribe channels and patterns that may be received, such as `orders:*`
     * @param list<string> $publish channels and patterns that may be published to
     * @param array<string, mixed>|null $info what others may know of the user, where a channel has presence
     * @param int $lifeSeconds pages ask for a new token before this one ends
     */
    public function mint(
        ?string $user,
        array $subscribe = [],
        array $publish = [],
        ?array $info = null,
        int $lifeSeconds = 3600,
    ): string {
        $claims = [
            'sub' => $user,
            'iat' => time(),
            'exp' => time() + $lifeSeconds,
            'subscribe' => array_values($subscribe),
            'publish' => array_values($publish),
            // An empty array would be a JSON list.
            'info' => $info === null ? null : (object) $info,
            'iss' => $this->issuer,
            'aud' => $this->audience,
        ];
        $given = array_filter($claims, static fn ($value): bool => $value !== null);
        $signed = self::encode('{"alg":"HS256","typ":"JWT"}') . '.' . self::encode(Json::encode($given));
        return $signed . '.' . self::encode(hash_hmac('sha256', $signed, $this->secret, true));
    }

    private static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
