<?php

// A shop with a login and a session. It knows nothing of Twinwire but where it is.

declare(strict_types=1);

session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax']);
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    session_regenerate_id(true);
    $user = preg_replace('/[^a-z0-9]/', '', strtolower($_POST['user'] ?? ''));
    $_SESSION = $user === '' ? [] : ['user' => $user]; // a real login asks for more than a name
    header('Location: /', true, 303);
    exit;
}
$user = $_SESSION['user'] ?? '';
?>
<!doctype html>
<html lang="en" data-gateway="<?= htmlspecialchars((string) getenv('TWINWIRE_URL')) ?>" data-user="<?= $user ?>">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>My orders</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/look.css">
  <link rel="stylesheet" href="orders.css">
  <?php if ($user !== ''): ?>
  <script type="module" src="orders.js"></script>
  <?php endif ?>
</head>
<body>
<?php if ($user === ''): ?>
  <header>
    <h1>Coffee shop</h1>
  </header>
  <form method="post" class="sheet">
    <label for="user">Your name</label>
    <div class="bar">
      <input id="user" name="user" required pattern="[A-Za-z0-9]+" autocomplete="username">
      <button class="main">Sign in</button>
    </div>
    <p class="soft">Any name does: the sign-in of this example asks for no password.</p>
  </form>
<?php else: ?>
  <header class="bar">
    <h1>Orders of <?= $user ?></h1>
    <output class="state" id="state"></output>
    <form method="post"><button name="user" value="">Sign out</button></form>
  </header>
  <main>
    <form id="order" class="bar" aria-label="Order">
      <button name="item" value="Coffee">Order coffee</button>
      <button name="item" value="Tea">Order tea</button>
      <button name="item" value="Cake">Order cake</button>
      <span class="trouble" role="alert"></span>
    </form>
    <ul id="orders" aria-label="Orders, newest first"></ul>
    <p class="soft">Nothing ordered yet. Open this page in a second tab: every page of yours shows the
      same.</p>
  </main>
<?php endif ?>
</body>
</html>
