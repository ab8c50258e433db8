// One tap on a demo account fills in the form.
document.querySelectorAll("[data-username]").forEach((button) => {
  button.addEventListener("click", () => {
    document.getElementById("id_username").value = button.dataset.username;
    document.getElementById("id_password").value = button.dataset.password;
    document.querySelector("#login-form button[type=submit]").focus();
  });
});
