<?php
// A small application with a login and a session, as it was before Twinwire came. Only the script below is new.
session_start();
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    session_regenerate_id(true);
    $user = preg_replace('/[^a-z0-9]/', '', strtolower($_POST['user'] ?? ''));
    $_SESSION = isset($_POST['leave']) || $user === '' ? [] : ['user' => $user];
    header('Location: /', true, 303);
    exit;
}
$user = $_SESSION['user'] ?? null;
$gateway = getenv('TWINWIRE_URL') ?: 'http://127.0.0.1:8080';
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Orders</title>
<link rel="icon" href="data:,">
<?php if ($user === null): ?>
<form method="post">
  <label>Name <input name="user" required pattern="[A-Za-z0-9]+"></label> <button>Sign in</button>
</form>
<?php else: ?>
<form method="post">Signed in as <b><?= $user ?></b> <button name="leave" value="1">Sign out</button></form>
<button id="order">Order something</button>
<ul id="orders"></ul>
<script>
  const gateway = <?= json_encode($gateway) ?>;
  const channel = <?= json_encode("orders:$user") ?>;
  // withCredentials: the session's cookie goes along, and the gateway asks hook.php about it.
  const stream = new EventSource(`${gateway}/sse?channels=${channel}&history=20`, { withCredentials: true });
  stream.onmessage = event => {
    const line = document.createElement('li');
    line.textContent = JSON.stringify(JSON.parse(event.data).data);
    document.querySelector('#orders').append(line);
  };
  document.querySelector('#order').onclick = () =>
    fetch(`${gateway}/api/publish`, {
      method: 'POST',
      credentials: 'include',
      body: JSON.stringify({ channel, data: { state: 'ordered' } }),
    });
</script>
<?php endif ?>
</html>
