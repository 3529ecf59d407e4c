<?php

// Twinwire asks here who a visitor is: the hook of the session example, for these are the same sessions.

require __DIR__ . '/../../php/session-auth/public/hook.php';
