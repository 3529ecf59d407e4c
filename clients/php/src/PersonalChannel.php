<?php

// The name of a user's personal channel (rule N2).

declare(strict_types=1);

namespace Twinwire;

final class PersonalChannel
{
    /** `@` and the user, with what a channel name may not hold percent-encoded. */
    public static function of(string $user): string
    {
        $encode = static fn (array $match): string => rawurlencode($match[0]);
        return '@' . preg_replace_callback('/[^!#$&\'()+\-.\/:;=?@\[\]_~0-9A-Za-z]/', $encode, $user);
    }
}
