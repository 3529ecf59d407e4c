<?php

// A request that claims to be the gateway's and is not signed with the shared secret, or was signed too long ago.

declare(strict_types=1);

namespace Twinwire\Failure;

use RuntimeException;

final class BadSignature extends RuntimeException
{
}
