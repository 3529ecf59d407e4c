<?php

// Laravel's own classes if TWINWIRE_LARAVEL names the folder that holds `Illuminate`; otherwise just enough of them to
// run the broadcaster: what it inherits and calls, with the same names, and nothing else.

declare(strict_types=1);

namespace Twinwire\Tests\Laravel {
    spl_autoload_register(static function (string $class): void {
        $folder = (string) getenv('TWINWIRE_LARAVEL');
        $ours = 'Twinwire\\Laravel\\';
        $path = strtr($class, '\\', '/') . '.php';
        $files = str_starts_with($class, $ours)
            ? [__DIR__ . '/../src/' . substr($class, strlen($ours)) . '.php']
            // Three of Laravel's packages share the namespace Illuminate\Support.
            : array_map(
                static fn (string $part): string => "$folder/" . str_replace('/Support/', "/$part/", $path),
                ['Support', 'Collections', 'Macroable'],
            );
        foreach (array_filter($files, 'is_file') as $file) {
            require_once $file;
        }
    });
    $functions = getenv('TWINWIRE_LARAVEL') . '/Illuminate/Collections/helpers.php';
    if (is_file($functions)) {
        require $functions;
    }
}

namespace Symfony\Component\HttpKernel\Exception {
    if (!class_exists(AccessDeniedHttpException::class)) {
        class AccessDeniedHttpException extends \RuntimeException
        {
        }
    }
}

namespace Illuminate\Broadcasting {
    if (!class_exists(BroadcastException::class)) {
        class BroadcastException extends \RuntimeException
        {
        }
    }
}

namespace Illuminate\Broadcasting\Broadcasters {
    use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;

    if (!class_exists(Broadcaster::class)) {
        abstract class Broadcaster
        {
            /** @var array<string, callable> */
            protected $channels = [];

            public function channel($channel, $callback, $options = [])
            {
                $this->channels[$channel] = $callback;
                return $this;
            }

            abstract public function auth($request);

            abstract public function validAuthenticationResponse($request, $result);

            abstract public function broadcast(array $channels, $event, array $payload = []);

            protected function verifyUserCanAccessChannel($request, $channel)
            {
                foreach ($this->channels as $pattern => $callback) {
                    $expression = '/^' . preg_replace('/\\\\\{.*?\\\\\}/', '([^.]+)', preg_quote($pattern)) . '$/';
                    if (preg_match($expression, $channel, $match) !== 1) {
                        continue;
                    }
                    $result = $callback($this->retrieveUser($request, $channel), ...array_slice($match, 1));
                    if ($result) {
                        return $this->validAuthenticationResponse($request, $result);
                    }
                }
                throw new AccessDeniedHttpException();
            }

            protected function retrieveUser($request, $channel)
            {
                return $request->user();
            }

            protected function formatChannels(array $channels)
            {
                return array_map(strval(...), $channels);
            }
        }
    }
    if (!trait_exists(UsePusherChannelConventions::class)) {
        trait UsePusherChannelConventions
        {
            public function isGuardedChannel($channel)
            {
                return preg_match('/^(private|presence)-/', $channel) === 1;
            }

            public function normalizeChannelName($channel)
            {
                return preg_replace('/^(private-encrypted|private|presence)-/', '', $channel);
            }
        }
    }
}

namespace Illuminate\Support {
    if (!class_exists(ServiceProvider::class)) {
        abstract class ServiceProvider
        {
            public function __construct(protected $app)
            {
            }
        }
    }
}
