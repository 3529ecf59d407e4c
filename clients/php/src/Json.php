<?php

// JSON as this client writes and reads it. Knows no frames.

declare(strict_types=1);

namespace Twinwire;

use JsonException;
use Twinwire\Failure\BadRequest;

/** @internal */
final class Json
{
    // 1.0 stays 1.0: readers may tell integers from floats.
    private const FLAGS = JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
        | JSON_PRESERVE_ZERO_FRACTION;

    /** @throws BadRequest when it cannot be written as JSON */
    public static function encode(mixed $value): string
    {
        try {
            return json_encode($value, self::FLAGS);
        } catch (JsonException $error) {
            $sentence = "The data cannot be written as JSON ({$error->getMessage()}): look for it there.";
            throw new BadRequest($sentence, 'bad_request', 400);
        }
    }

    /** @return array<string, mixed>|null null: it is no JSON object */
    public static function decode(string $text): ?array
    {
        $value = json_decode($text, true);
        return is_array($value) ? $value : null;
    }
}
