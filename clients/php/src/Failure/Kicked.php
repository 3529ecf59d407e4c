<?php

// An operator or a backend ended this connection; it is not opened again.

declare(strict_types=1);

namespace Twinwire\Failure;

final class Kicked extends TwinwireException
{
}
