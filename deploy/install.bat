@echo off
rem A trial on Windows: builds Lalin, runs it in this window and opens the page.
rem   deploy\install.bat                              a simulated router, nothing to configure
rem   deploy\install.bat serve --router admin@HOST    your router; the password is asked for
rem Mencoba di Windows: membangun Lalin, menjalankannya di jendela ini dan membuka halamannya.
setlocal
if "%~1"==":open" goto open

cd /d "%~dp0.."
where cargo >nul 2>nul
if errorlevel 1 (
    echo cargo tidak ada. Pasang Rust dari https://rustup.rs, buka jendela baru, lalu ulangi.
    echo There is no cargo. Install Rust from https://rustup.rs, open a new window and try again.
    pause
    exit /b 1
)

echo Membangun Lalin, beberapa menit... / Building Lalin, some minutes...
cargo build --release --locked --package lalin
if errorlevel 1 (
    echo Gagal membangun. / The build failed.
    pause
    exit /b 1
)

rem Opens the page once the server answers, while the server has this window.
start "" /b "%~f0" :open %1

echo Ctrl+C menghentikan Lalin. / Ctrl+C stops Lalin.
if "%~1"=="" (
    target\release\lalin.exe demo
) else (
    target\release\lalin.exe %*
)
set "CODE=%errorlevel%"
if not "%CODE%"=="0" pause
exit /b %CODE%

:open
rem The server is asked by its own program, which knows how it listens; the demonstration listens where it always does.
set "ASK=target\release\lalin.exe status"
if "%~2"=="" set "ASK=%ASK% --listen 127.0.0.1:3000"
for /l %%i in (1,1,120) do (
    for /f "tokens=*" %%l in ('%ASK% 2^>nul') do (
        for %%w in (%%l) do (
            echo %%w| findstr /b "http" >nul && (
                start "" %%w
                exit
            )
        )
    )
    ping -n 2 127.0.0.1 >nul
)
exit
