// One picture alone, from where the grid says: what flow shows of the old picture before a pixel turns, and of the new one after.
#version 440

layout(location = 0) in vec4 places;
layout(location = 0) out vec4 fragColor;
layout(binding = 1) uniform sampler2D src;

float dither(vec2 pixel)
{
    // The R2 sequence (Roberts 2018), kept under half a step so that untouched pixels stay untouched.
    return (fract(dot(pixel, vec2(0.7548776662, 0.5698402910))) - 0.5) * (0.9 / 255.0);
}

void main()
{
    fragColor = vec4(texture(src, places.xy).rgb + dither(gl_FragCoord.xy), 1.0);
}
